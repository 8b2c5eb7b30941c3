import Foundation
import HavreCodec
import TestSupport
import Testing

/// Texts that RFC 8259 allows and the house refuses on purpose: numbers that readers round or write in more than
/// one way, and a key twice.
private let refusedOnPurpose: Set<String> = [
    "y_number.json", "y_number_0e+1.json", "y_number_double_close_to_zero.json", "y_number_int_with_exp.json",
    "y_number_minus_zero.json", "y_number_negative_zero.json", "y_number_real_exponent.json",
    "y_number_real_neg_exp.json", "y_structure_lonely_negative_real.json", "y_number_real_capital_e.json",
    "y_number_real_capital_e_neg_exp.json",
    "y_number_real_capital_e_pos_exp.json", "y_number_real_fraction_exponent.json",
    "y_number_real_pos_exponent.json", "y_number_simple_real.json", "y_number_0e1.json",
    "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json", "y_object_extreme_numbers.json",
]

@Test("The JSON Parsing Test Suite: every y_ is read but those refused on purpose, every n_ is refused")
func jsonParsingSuite() throws {
    guard let folder = SharedVectors.folder("json-parsing", count: 196) else { return }
    var count = 0
    for file in SharedVectors.files(below: folder) where file.pathExtension == "json" {
        let name = file.lastPathComponent
        let bytes = [UInt8](try Data(contentsOf: file))
        let read = try? JSON(parsing: bytes)
        switch name.prefix(2) {
        case "y_": #expect((read == nil) == refusedOnPurpose.contains(name), "\(name)")
        case "n_": #expect(read == nil, "\(name)")
        default: break  // i_: either answer, but no crash
        }
        if let read { #expect(try JSON(parsing: read.encoded()) == read, "\(name)") }
        count += 1
    }
    #expect(count >= 190)
}
