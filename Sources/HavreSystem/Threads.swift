import CSystem

/// Threads of the operating system: no actor, task or queue is needed where each connection has its own.
package enum Threads {
    /// Enough for a request nested as deep as the parsers allow.
    package static let stackByteCountUsual = 256 * 1024

    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that nobody joins and that no signal interrupts.
    /// - Throws: `wouldBlock` when the machine gives no more threads.
    package static func spawn(
        stackByteCount: Int = stackByteCountUsual, _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let work = unsafe Unmanaged.passRetained(Work(body)).toOpaque()
        let answer = unsafe csys_thread(
            stackByteCount,
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
                }
                // However it ended: the stack is kept for the next thread.
                Wipe.stackBelow()
                return nil
            }, work)
        if answer < 0 { unsafe Unmanaged<Work>.fromOpaque(work).release() }
        try check("thread", answer)
    }

    /// Runs two pieces of work and waits for both: `beside` on another thread, or before `here` when there is none.
    package static func both<One: Sendable, Two, E: Error>(
        beside: @escaping @Sendable () -> One, here: () throws(E) -> Two
    ) throws(E) -> (One, Two) {
        let other: Beside<One>
        do throws(SystemError) { other = try Beside(beside) } catch { return (beside(), try here()) }
        let answer: Result<Two, E>
        do throws(E) { answer = .success(try here()) } catch { answer = .failure(error) }
        // Also after an error: what runs beside may use what the caller gives back.
        return (other.wait(), try answer.get())
    }
}
