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

    @Test("A closed gate is not opened with another users' row than the present one")
    func olderRow() throws {
        let house = try TestHouse(inMemory: true)
        let old = try account(house.vault)
        _ = try house.unlock("Sylvie")
        house.vault.panic()
        let passphrase = SecretBytes(copying: Array("sylvie phrase".utf8))
        let stretched = try Vault.stretch(passphrase, salt: old.salt, old.parameters)
        let keks = Vault.keks(stretched, keyFile: nil, person: old.person)
        let opened = try #require(old.open(vault: house.vault.id, keks: keks))
        let root = RootKeys(opened.root, vault: house.vault.id, person: old.person)
        #expect(throws: HavreError.tampered) { try house.vault.openGate(old, at: 0, root) }
        #expect(!house.vault.isServing)
        _ = try house.unlock("Sylvie")
    }
}
