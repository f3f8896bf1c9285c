/// How many threads compress at once: as many as there are processors, unless memory forbids.
public struct CompressionThreads: Sendable, Equatable {
    /// The number of threads.
    public let count: Int
    /// The bytes of memory that they take at most.
    public let memory: UInt64

    /// The most threads that stay within three quarters of the memory that is free.
    ///
    /// - Parameters:
    ///   - formats: those that are to be written; the one that needs the most counts.
    ///   - processors: as many as may be used.
    ///   - available: the free bytes; nil where nobody knows.
    /// - Throws: ``CompressionError`` where not even one thread fits into all that is free.
    public init(_ formats: some Sequence<CompressionFormat>, processors: Int, available: UInt64?)
        throws(CompressionError)
    {
        guard let greatest = formats.max(by: { $0.memoryPerThread < $1.memoryPerThread }) else {
            (count, memory) = (1, 0)
            return
        }
        let each = greatest.memoryPerThread
        let fitting = available.map { Int(clamping: $0 / 4 * 3 / each) } ?? processors
        guard available.map({ each <= $0 }) ?? true else {
            throw CompressionError(
                "\(greatest.compressor) needs \(each >> 20) MiB of memory and \((available ?? 0) >> 20) MiB are free; "
                    + "free some, or take another --compressor")
        }
        count = max(1, min(processors, fitting))
        memory = UInt64(count) * each
    }
}

/// A file that could not be compressed or decompressed, and why.
public struct CompressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line: the cause.
    public let description: String

    /// An error of this cause.
    public init(_ description: String) { self.description = description }
}
