import Foundation
import HavreAccess
import HavreCodec
import HavreSecrets
import HavreStore
import HavreSystem
import Testing

@testable import Havre

/// A case that is open while grants end, begin and change.
@Suite struct OpenCaseTests {
    @Test("A grant ends with its last day, also for a case that is open")
    func expired() throws {
        let office = try Office()
        try office.grant(["evidence"], until: office.vault.today)
        _ = try office.vault.open(case: office.code, purpose: "appeal", office.louis)
        office.time.advance(seconds: 2 * 86_400)
        office.expectNothing(office.louis, "expired")
        office.expectNothing(try office.house.unlock("Louis"), "expired, new session")
        let holders = try office.vault.access(case: office.code, office.sylvie).holders
        #expect(holders.map(\.name) == ["Amina"])
    }

    @Test("A case that was opened closes after its hour")
    func hour() throws {
        let office = try Office()
        office.time.advance(seconds: 3_599)
        #expect(try office.vault.show(case: office.code, record: nil, version: nil, office.amina).count == 3)
        office.time.advance(seconds: 1)
        #expect(throws: HavreError.notOpen) {
            try office.vault.show(case: office.code, record: nil, version: nil, office.amina)
        }
        #expect(office.vault.openCases(office.amina).isEmpty)
    }

    @Test("A case that is closed stays closed, also when its secrets were renewed while it was open")
    func closed() throws {
        let office = try Office()
        try office.grant(["evidence"])
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        try office.vault.close(case: office.code, office.amina)
        #expect(throws: HavreError.notOpen) {
            try office.vault.show(case: office.code, record: nil, version: nil, office.amina)
        }
    }

    @Test("A new grant counts at once for who has the case open: what is new opens, what is gone does not")
    func otherGrant() throws {
        for compartments in [["notes"], ["evidence", "notes"], ["notes", "night"]] {
            for reads in [false, true] {
                let office = try Office()
                let (vault, louis, code) = (office.vault, office.louis, office.code)
                try office.grant(["evidence"])
                _ = try vault.open(case: code, purpose: "visit", louis)
                if reads { _ = try vault.show(case: code, record: nil, version: nil, louis) }
                try office.grant(compartments, ["read", "write"])
                let keeps = compartments.contains("evidence")
                let why = "\(compartments), \(reads)"
                #expect(
                    refusal {
                        _ = try vault.show(case: code, record: office.statement, version: nil, louis)
                    } == (keeps ? nil : "NotGranted"), "\(why)")
                #expect(
                    refusal {
                        _ = try vault.add(case: code, form: "statement", fields: ["text": ["x"]], louis)
                    } == (keeps ? nil : "NotGranted"), "\(why)")
                #expect(
                    try vault.edit(case: code, record: office.note, fields: ["summary": "New."], louis)
                        .version == 2, "\(why)")
                #expect(
                    try vault.show(case: code, record: office.note, version: nil, louis).count == 1, "\(why)"
                )
            }
        }
    }

    @Test("Everybody who stays goes on with a case that is open, through removals, new owners and resets")
    func othersGoOn() throws {
        let office = try Office()
        let nora = try office.house.hire("Nora", "caseworker", by: office.sylvie)
        try office.grant(["evidence"])
        _ = try office.vault.grant(
            case: office.code,
            GrantRequest(
                name: "Nora", compartments: ["evidence", "notes"], rights: ["read", "write"], until: nil,
                purpose: "review"), office.sylvie)
        _ = try office.vault.open(case: office.code, purpose: "review", nora)
        _ = try office.vault.revoke(case: office.code, name: "Louis", office.sylvie)
        for session in [office.amina, nora] {
            #expect(
                try office.vault.show(
                    case: office.code, record: office.statement, version: nil, session
                ).count == 1)
        }
        // Amina forgot her passphrase: her cases go to her new keys, Nora's work is not disturbed.
        let invited = try office.vault.invite(name: "Amina", role: nil, resets: true, office.sylvie)
        let enrolled = try office.vault.enrol(
            name: "Amina", code: SecretBytes(copying: Array(invited.code.utf8)),
            passphrase: SecretBytes(copying: Array("new phrase".utf8)), keyFile: nil, lang: nil)
        _ = try office.vault.confirm(name: "Amina", words: enrolled.words, office.sylvie)
        #expect(
            try office.vault.show(case: office.code, record: office.statement, version: nil, nora).count == 1)
        #expect(
            try office.vault.edit(
                case: office.code, record: office.note, fields: ["summary": "Goes on."], nora
            ).version == 2)
    }

    @Test(
        "The index that writes have kept is the one that the rows give"
    )
    func keptIndex() throws {
        let office = try Office()
        let (vault, code, amina) = (office.vault, office.code, office.amina)
        try office.grant(["evidence"])
        _ = try office.attach(byteCount: 1_000)
        _ = try vault.add(
            case: code, form: "identity", fields: ["given_name": "Mariama", "family_name": "Diallo"], amina)
        _ = try vault.revoke(case: code, name: "Louis", office.sylvie)
        _ = try vault.show(case: code, record: nil, version: nil, amina)
        let area = Area(try #require(try vault.caseID(code, amina)))
        let held = vault.file(area.id).state.with { $0.index }
        _ = try vault.edit(case: code, record: office.note, fields: ["summary": "Still quiet."], amina)
        _ = try vault.add(case: code, form: "note", fields: ["summary": "A letter came."], amina)
        let kept = vault.file(area.id).state.with { $0.index }
        #expect(try kept.count == vault.count(area) && kept.count == held.count + 2)
        var read = CaseIndex()
        for n in 0..<kept.count {
            let row = try vault.store.read(area, n)
            try read.append(try RowFacts(row.payload), row: n, blobs: row.blobs)
        }
        #expect(
            kept.order == read.order && kept.fingerprints == read.fingerprints && !read.fingerprints.isEmpty)
        #expect(kept.records.mapValues { $0.map(\.row) } == read.records.mapValues { $0.map(\.row) })
        #expect(kept.newest.map(\.gist) == read.newest.map(\.gist))
        #expect(kept.newest.map(\.head) == read.newest.map(\.head))
        #expect(
            kept.links.map(\.row) == read.links.map(\.row)
                && kept.older.map(\.sealed) == read.older.map(\.sealed))
        #expect(kept.attachments.mapValues(\.row) == read.attachments.mapValues(\.row))
        #expect(try vault.history(case: code, record: office.note, amina).count == 2)
    }
}
