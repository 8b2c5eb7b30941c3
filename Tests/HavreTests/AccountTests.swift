import HavreCodec
import HavreSecrets
import HavreStore
import Testing

@testable import Havre

/// The users' row: what somebody sees who has the gate's keys and two copies of it.
@Suite struct AccountTests {
    private func account(_ vault: Vault) throws -> Account {
        guard case .account(let account) = try vault.row(0, in: .login).facts else {
            throw HavreError.notFound
        }
        return account
    }

    @Test("An unlock seals both slots afresh, so that two copies of the row do not say which one was used")
    func bothSlots() throws {
        let house = try TestHouse(inMemory: true)
        let before = try account(house.vault)
        _ = try house.unlock("Sylvie")
        let after = try account(house.vault)
        for position in 0...1 { #expect(before.slots[position] != after.slots[position], "slot \(position)") }
        #expect(before.salt == after.salt)
        _ = try house.unlock("Sylvie")
    }

    /// An unlock on its way at a closed house: `row` was read, the passphrase is hashed.
    private func unlockClosed(_ house: TestHouse, _ row: Account, _ phrase: String) throws -> Account {
        let passphrase = SecretBytes(copying: Array(phrase.utf8))
        let stretched = try Vault.stretch(passphrase, salt: row.salt, row.parameters)
        let keks = Vault.keks(stretched, keyFile: nil, person: row.person)
        var (account, opened) = (row, try #require(row.open(vault: house.vault.id, keks: keks)))
        let root = RootKeys(opened.root, vault: house.vault.id, person: row.person)
        _ = try house.vault.openGate(&account, &opened, at: 0, keks, root)
        return account
    }

    @Test("A closed gate is not opened with a users' row of an older passphrase, or one whose slots are gone")
    func olderRow() throws {
        let house = try TestHouse(inMemory: true)
        let old = try account(house.vault)
        let session = try house.unlock("Sylvie")
        try house.vault.passwd(
            old: SecretBytes(copying: Array("sylvie phrase".utf8)),
            new: SecretBytes(copying: Array("another phrase".utf8)), keyFile: nil, newKeyFile: nil, session)
        house.vault.panic()
        #expect(throws: HavreError.tampered) { try unlockClosed(house, old, "sylvie phrase") }
        #expect(!house.vault.isServing)
        // The same passphrase, but her slot was taken out of the row since.
        let present = try account(house.vault)
        #expect(try unlockClosed(house, present, "another phrase") == present)
        var emptied = present
        emptied.slots = [0, 1].map { _ in Random.bytes(Account.slotByteCount) }
        var event = Event(time: house.vault.now, act: "test")
        event.outcome = "done"
        _ = try house.vault.commit(event) { draft, _ throws(HavreError) in
            try draft.put(.account(emptied), in: .login, at: 0)
        }
        house.vault.panic()
        #expect(throws: HavreError.tampered) { try unlockClosed(house, present, "another phrase") }
        #expect(!house.vault.isServing)
    }

    @Test("An unlock at a closed house does not trip over another of hers, and goes on with the present row")
    func twoUnlocksAfterPanic() throws {
        let house = try TestHouse(inMemory: true)
        let before = try account(house.vault)
        _ = try house.unlock("Sylvie")
        let present = try account(house.vault)
        #expect(before != present)
        house.vault.panic()
        #expect(try unlockClosed(house, before, "sylvie phrase") == present)
        #expect(house.vault.isServing)
    }
}
