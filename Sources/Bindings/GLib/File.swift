import CGLib

/// Runs `body` with a `GFile` for a local path.
public func withGFile<Result, Failure: Error>(
    _ path: String, _ body: (OpaquePointer) throws(Failure) -> Result
) throws(Failure) -> Result {
    let file: OpaquePointer = g_file_new_for_path(path)
    defer { g_object_unref(UnsafeMutableRawPointer(file)) }
    return try body(file)
}
