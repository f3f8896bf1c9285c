import OSTree

/// What makes one commit's tree another's, in an order in which a directory comes before what is in it.
///
/// SELinux labels do not count: an image has none, whoever imports it labels its files. Equal subtrees are not read.
struct TreeDifference: Sendable {
    /// One difference; paths are relative to the root.
    enum Change: Sendable, Equatable {
        /// A directory that is new or has another owner or other permissions, or that holds a change.
        case directory(String, FileAttributes)
        /// A file or link that is new or another one, by its object.
        case file(String, checksum: String)
        /// Something that is not there any more.
        case removed(String)
    }

    private(set) var changes: [Change] = []
    private let repository: Repository
    /// The directories from the root to the one that is being compared, and whether they are among the changes.
    private var parents: [(path: String, attributes: FileAttributes, isNoted: Bool)] = []

    private static let label = "security.selinux"

    /// Compares two commits of a repository.
    ///
    /// - Throws: `GLibError` where an object is missing.
    init(from base: String, to commit: String, in repository: Repository) throws {
        self.repository = repository
        let old = try repository.commitRoot(base)
        let new = try repository.commitRoot(commit)
        try compareContents("", old.contents, new.contents)
    }

    private mutating func compareContents(_ path: String, _ old: String?, _ new: String) throws {
        guard old != new else { return }
        let listing = try old.map { try repository.listing($0) }
        let before = (files: listing?.files ?? [:], directories: listing?.directories ?? [:])
        let after = try repository.listing(new)
        let names = Set(before.files.keys).union(before.directories.keys).union(after.files.keys)
            .union(after.directories.keys)
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let place = path.isEmpty ? name : "\(path)/\(name)"
            if let checksum = after.files[name] {
                if try before.files[name].map({ try !isEqual($0, checksum) }) ?? true {
                    note(.file(place, checksum: checksum))
                }
            } else if let directory = after.directories[name] {
                try compareDirectory(place, before.directories[name], directory)
            } else {
                note(.removed(place))
            }
        }
    }

    private mutating func compareDirectory(
        _ path: String, _ old: (contents: String, metadata: String)?, _ new: (contents: String, metadata: String)
    ) throws {
        let attributes = try attributes(ofDirectory: new.metadata)
        let isEqual = try old.map {
            try $0.metadata == new.metadata || self.attributes(ofDirectory: $0.metadata) == attributes
        }
        parents.append((path, attributes, false))
        if isEqual != true { noteParents() }
        try compareContents(path, old?.contents, new.contents)
        parents.removeLast()
    }

    private mutating func note(_ change: Change) {
        noteParents()
        changes.append(change)
    }

    private mutating func noteParents() {
        for index in parents.indices where !parents[index].isNoted {
            changes.append(.directory(parents[index].path, parents[index].attributes))
            parents[index].isNoted = true
        }
    }

    private func attributes(ofDirectory metadata: String) throws -> FileAttributes {
        Self.unlabelled(try repository.directoryMetadata(metadata).attributes)
    }

    private static func unlabelled(_ attributes: FileAttributes) -> FileAttributes {
        var attributes = attributes
        attributes.extendedAttributes[label] = nil
        return attributes
    }

    /// Whether two objects are the same but for their labels.
    private func isEqual(_ first: String, _ second: String) throws -> Bool {
        if first == second { return true }
        let old = try repository.openContent(first)
        let new = try repository.openContent(second)
        guard old.info.size == new.info.size, old.info.symlinkTarget == new.info.symlinkTarget,
            Self.unlabelled(old.info.attributes) == Self.unlabelled(new.info.attributes)
        else { return false }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)
        defer { buffer.deallocate() }
        let half = buffer.count / 2
        func fill(_ reader: ContentReader, _ start: Int) throws -> Int {
            var filled = 0
            while filled < half {
                let part = UnsafeMutableRawBufferPointer(rebasing: buffer[(start + filled)..<(start + half)])
                let count = try reader.read(into: part)
                if count == 0 { break }
                filled += count
            }
            return filled
        }
        while true {
            let count = try fill(old, 0)
            guard try fill(new, half) == count, buffer[..<count].elementsEqual(buffer[half..<(half + count)]) else {
                return false
            }
            if count == 0 { return true }
        }
    }
}
