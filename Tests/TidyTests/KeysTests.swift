import Foundation
import TestSupport
import Testing

/// The words by which a file says that its private keys are for tests and open nothing.
private let testMark = "test identity"

/// Why a text must not lie in `Keys/`, nil when it may: it holds something only its owner should have, and does
/// not say that it is a test identity.
private func privateMaterial(in text: String, isRecomputed: Bool = false) -> String? {
    if text.lowercased().contains(testMark) { return nil }
    if text.uppercased().contains("AGE-SECRET-KEY-") { return "an age identity" }
    if text.contains(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/) { return "a PEM private key" }
    // A JWK's private member, as JSON or with the quotes that YAML and Swift leave out.
    if text.contains(/["']?\bd["']?\s*[:=]\s*["'][A-Za-z0-9_\-]{42,}["']/) {
        return "the private member of a JWK"
    }
    // Vectors show every key that they compute with: those are derived from labels, see `isRecomputed`.
    let names = /(?i)"[a-z0-9_\-]*(?:seed|secret|private|passphrase|identity)[a-z0-9_\-]*"\s*:\s*"[^"]{16,}"/
    if !isRecomputed, text.contains(names) { return "a member named as a secret" }
    return nil
}

/// The vectors that the tests of HavreSecrets compute again from fixed labels, so that no key of anybody's can
/// stand in them.
private func isRecomputed(_ file: ProjectFile) -> Bool {
    let tests = programs.filter { $0.path.hasPrefix("Tests/HavreSecretsTests/") }
    let name = "\"" + file.name.replacing(".json", with: "") + "\""
    return file.path.hasPrefix("Keys/vectors/") && tests.contains { $0.text.contains(name) }
}

@Test("Keys/ holds no private key, unless its file says that it is a test identity")
func noPrivateKeys() {
    for file in ProjectFile.below("Keys") {
        let found = privateMaterial(in: file.text, isRecomputed: isRecomputed(file))
        #expect(found == nil, "\(file.path)")
    }
}

@Test("Every vector in Keys/ is computed again by a test, so that none can be laid there unseen")
func vectorsAreRecomputed() {
    for file in ProjectFile.below("Keys", ["json"]) where file.path.hasPrefix("Keys/vectors/") {
        #expect(isRecomputed(file), "\(file.path)")
    }
}

@Test("Keys/ holds text only: what cannot be read cannot be checked")
func onlyText() throws {
    let folder = SharedVectors.root.appending(path: "Keys")
    guard FileManager.default.fileExists(atPath: folder.path) else { return }
    let readable = Set(ProjectFile.below("Keys").map(\.path))
    for url in SharedVectors.files(below: folder) {
        let path = String(url.path.dropFirst(SharedVectors.root.path.count).drop { $0 == "/" })
        #expect(readable.contains(path), "\(path) is hidden or no UTF-8 text")
    }
}

@Test("The scan finds private keys in every dress they come in, and lets public ones pass")
func scanFinds() {
    let found = [
        "AGE-SECRET-KEY-1QQQ", "age-secret-key-1qqq", "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        #"{"kty":"OKP","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#,
        #""d" : 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'"#, #"{"hostSeed": "00112233445566778899aabb"}"#,
        #"{"private_key":"00112233445566778899aabb"}"#,
    ]
    for text in found { #expect(privateMaterial(in: text) != nil, "\(text)") }
    for text in found { #expect(privateMaterial(in: text + "\nA test identity; it opens nothing.") == nil) }
    let passing = [
        #"{"kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#, "age1qqqqqqqqqqqq",
        #"{"digest":"00112233445566778899aabb"}"#, "a secret is 32 bytes", "-----BEGIN PUBLIC KEY-----",
    ]
    for text in passing { #expect(privateMaterial(in: text) == nil, "\(text)") }
}
