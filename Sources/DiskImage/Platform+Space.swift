extension Platform {
    /// The bytes that a platform's image takes on disk at most, about, with what is needed on the way to it.
    ///
    /// - Parameters:
    ///   - content: the bytes that the raw image takes.
    ///   - hasHook: whether a ``ZiplHook`` gets a copy of the disk.
    public func estimatedSpace(content: Int64, hasHook: Bool = false) -> Int64 {
        // A large block or cluster that is not full, and the tables.
        let slack = 32 * Int64.mebibyte
        let copy = hasHook ? content : 0
        let image =
            switch format {
            case .raw, .qcow2, .fixedVHD, .vhdx: content + slack
            case .compressedQcow2, .streamOptimizedVMDK, .gcpArchive, .bfb: content / 2 + slack
            case .vmwareOVA, .virtualBoxOVA: content + slack
            // The disk in the container image, and its layer twice.
            case .containerDisk: 2 * content + slack
            }
        return image + copy
    }
}
