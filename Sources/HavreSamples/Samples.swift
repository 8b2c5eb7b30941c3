import HavreCodec

/// The fictional people that ship with Havre: for `havre demo`, for benchmarks and for decoys. Nobody in them
/// exists; telephone numbers come from the ranges reserved for fiction, villages and streets are invented,
/// positions lie at sea.
package enum Samples {
    /// The three people of the demo: an asylum seeker (TRACKS), a woman in specialised accommodation, a child who
    /// went home with follow-up (CARE). The first use reads them.
    package static let cases: [SampleCase] = {
        do throws(CodecError) {
            var cases: [SampleCase] = []
            for name in ["asylum", "shelter", "child"] { cases.append(try SampleCase(file: name)) }
            return cases
        } catch {
            // The files are part of the program and read by every test run.
            preconditionFailure("samples: \(error.field): \(error.rule)")
        }
    }()

    /// The colleagues of the demo: a supervisor, two caseworkers, a legal adviser.
    package static let staff: [SampleStaff] = {
        do throws(CodecError) { return try SampleStaff.load() } catch {
            preconditionFailure("samples: \(error.field): \(error.rule)")
        }
    }()

    /// The case of ``cases`` with this key: `asylum`, `shelter` or `child`.
    package static func sampleCase(_ key: String) -> SampleCase? { cases.first { $0.key == key } }

    /// The colleague of ``staff`` with this key: `helene`, `naima`, `laurent` or `tom`.
    package static func colleague(_ key: String) -> SampleStaff? { staff.first { $0.key == key } }
}
