import CSystem

/// The clocks, passed in as a value so that tests own time.
public struct Clock: Sendable {
    /// Seconds since 1970, UTC; somebody may set it back.
    public var now: @Sendable () -> Int64
    /// Seconds since the machine started, sleep included; nobody sets it. Sessions end by this one.
    public var boot: @Sendable () -> Int64
    /// Seconds since the machine started that it spent asleep; when this grows, sessions are locked.
    public var asleep: @Sendable () -> Int64

    /// A clock of one's own, for tests and for what plays time faster.
    public init(
        now: @escaping @Sendable () -> Int64, boot: @escaping @Sendable () -> Int64,
        asleep: @escaping @Sendable () -> Int64 = { 0 }
    ) {
        self.now = now
        self.boot = boot
        self.asleep = asleep
    }

    /// The machine's.
    public static let system = Clock(
        now: { csys_wall_seconds() },
        boot: { csys_boot_nanoseconds() / 1_000_000_000 },
        asleep: { (csys_boot_nanoseconds() - csys_monotonic_nanoseconds()) / 1_000_000_000 })

    /// Milliseconds that only ever grow while the machine is awake; for deadlines inside one run.
    public static func milliseconds() -> Int64 { csys_monotonic_nanoseconds() / 1_000_000 }

    /// Nanoseconds of the same clock, for measurements.
    public static func nanoseconds() -> Int64 { csys_monotonic_nanoseconds() }

    /// Lets the thread rest until a whole number of milliseconds has gone by since `begun`, at least one: what took a
    /// little more or less before ends at the same moment.
    /// - Parameter begun: of ``nanoseconds()``.
    public static func sleepToMillisecond(since begun: Int64) {
        let gone = csys_monotonic_nanoseconds() - begun
        csys_sleep_until(begun + (gone / 1_000_000 + 1) * 1_000_000)
    }

    /// Lets the thread rest.
    public static func sleep(milliseconds: Int) { csys_sleep(UInt32(clamping: milliseconds)) }
}
