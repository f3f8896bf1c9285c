import CSolv

/// Runs `body` with an empty libsolv queue and frees it.
func withQueue<Result>(_ body: (UnsafeMutablePointer<Queue>) throws -> Result) rethrows -> Result {
    var queue = Queue()
    queue_init(&queue)
    defer { queue_free(&queue) }
    return try body(&queue)
}

/// Runs `body` with a libsolv queue that holds `ids`.
func withQueue<Result>(
    of ids: [Id], _ body: (UnsafeMutablePointer<Queue>) throws -> Result
) rethrows -> Result {
    try withQueue { queue in
        for id in ids { queue_push(queue, id) }
        return try body(queue)
    }
}

extension UnsafeMutablePointer where Pointee == Queue {
    var ids: [Id] { Array(UnsafeBufferPointer(start: pointee.elements, count: Int(pointee.count))) }
}

extension solv_knownid {
    var id: Id { Id(rawValue) }
}
