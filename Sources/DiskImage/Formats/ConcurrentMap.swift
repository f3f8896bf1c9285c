import Dispatch
import Synchronization

extension Array where Element: Sendable {
    /// What `body` makes of each element, in their order; it runs on all processors.
    ///
    /// - Throws: what `body` throws for the first element for which it does.
    func concurrentMap<Output: Sendable>(_ body: @Sendable (Element) throws -> Output) throws -> [Output] {
        let outputs = Mutex([Result<Output, any Error>?](repeating: nil, count: count))
        withoutActuallyEscaping(body) { body in
            DispatchQueue.concurrentPerform(iterations: count) { index in
                let output = Result { try body(self[index]) }
                outputs.withLock { $0[index] = output }
            }
        }
        return try outputs.withLock { $0 }.compactMap { try $0?.get() }
    }
}
