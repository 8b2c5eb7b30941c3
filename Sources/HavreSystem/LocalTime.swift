import CSystem

/// An instant as people in one time zone write it.
package struct LocalTime: Equatable, Sendable {
    package let year, month, day, hour, minute, second: Int
    /// Seconds east of UTC that held then.
    package let offsetSeconds: Int

    /// The instant in the zone chosen by `use(zone:)`, or in the machine's own.
    /// - Throws: an error for a year beyond what the C library counts.
    package init(seconds: Int64) throws(SystemError) {
        var found = csys_local()
        try check("localtime", unsafe csys_local_time(seconds, &found))
        year = Int(found.year)
        month = Int(found.month)
        day = Int(found.day)
        hour = Int(found.hour)
        minute = Int(found.minute)
        second = Int(found.second)
        offsetSeconds = Int(found.offset)
    }

    private static let zoneFolder = "/usr/share/zoneinfo/"

    /// Chooses the zone of this process once, at its start: the vault's, for "today" and for display.
    /// - Parameter zone: A name of the zone database, for example `Europe/Paris`, or `UTC`.
    /// - Throws: `noEntry` for a zone that the machine does not know (the C library would silently take UTC).
    package static func use(zone: String) throws(SystemError) {
        guard zone != "UTC" else {
            try check("zone", unsafe csys_set_zone("UTC0"))
            return
        }
        let parts = zone.split(separator: "/", omittingEmptySubsequences: false)
        let wellFormed = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.count <= 32
                && part.utf8.allSatisfy {
                    ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a || ($0 >= 0x30 && $0 <= 0x39)
                        || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+")
                }
        }
        guard wellFormed, parts.count <= 3 else { throw SystemError("zone", SystemError.invalid) }
        var status = csys_status()
        // Zone files may be links to one another, so the look here follows none and accepts both.
        try check(
            "zone",
            unsafe (zoneFolder + zone).withCString { unsafe csys_fstatat(csys_here, $0, &status) })
        let kind = FileStatus(status).kind
        guard kind == .regular || kind == .link else { throw SystemError("zone", SystemError.noEntry) }
        try check("zone", unsafe (":" + zone).withCString { unsafe csys_set_zone($0) })
    }
}
