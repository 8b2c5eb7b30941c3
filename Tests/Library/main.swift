// The library without daemon and client, as a program outside of the package uses it: a house is founded, a
// caseworker enrolled, a case made, opened, written and read, and everything that is stored authenticated.
import Glibc
import Havre
import HavreCodec
import HavreSecrets

func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

func expect(_ holds: Bool, _ rule: String) {
    guard !holds else { return }
    print("FAILED \(rule)")
    exit(1)
}

let folder = CommandLine.arguments[1]
let vault = folder + "/vault"
let gate = folder + "/gate"
let places = HouseFounding(
    vault: vault, gate: gate, deviceKey: nil, organisation: "Maison Claire", supervisor: "Sylvie")
let fingerprint = try Vault.found(places, passphrase: secret("quatre chèvres grises"), keyFile: nil)
expect(fingerprint.utf8.count == 64, "a vault has a fingerprint")

let house = try Vault(vault: vault, gate: gate, deviceKey: nil)
let sylvie = try house.unlock(name: "Sylvie", passphrase: secret("quatre chèvres grises"), keyFile: nil)
    .session
let invited = try house.invite(name: "Amina", role: "caseworker", resets: false, sylvie)
let enrolled = try house.enrol(
    name: "Amina", code: secret(invited.code), passphrase: secret("écoute la pluie"), keyFile: nil, lang: nil)
_ = try house.confirm(name: "Amina", words: enrolled.words, sylvie)

let amina = try house.unlock(name: "Amina", passphrase: secret("écoute la pluie"), keyFile: nil).session
let code = try house.newCase(owner: nil, backup: nil, risk: nil, lang: nil, amina)
_ = try house.open(case: code, purpose: "visit", amina)
let note = try house.add(case: code, form: "note", fields: ["summary": "Elle préfère le matin."], amina)
expect(
    try house.show(case: code, record: note.record, version: nil, amina).count == 1, "what is written is read"
)

do {
    _ = try house.show(case: code, record: nil, version: nil, sylvie)
    expect(false, "a supervisor without a grant reads nothing")
} catch {
    expect(error.name == "NotGranted", "a supervisor without a grant is refused as such, not \(error.name)")
}
expect(try house.check(nil).problems.isEmpty, "everything stored is authentic")
house.close()
print("the library serves a program of its own")
