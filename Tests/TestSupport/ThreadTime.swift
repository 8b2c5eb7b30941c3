import Foundation

/// The processor's time (seconds) that a body takes on its own thread: what other tests and other programs take beside it
/// does not count.
public func threadSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let begun = now()
    try body()
    return now() - begun
}
