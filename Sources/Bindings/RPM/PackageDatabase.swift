import CRPM
import Glibc
import Synchronization
import SystemPackage

/// The database of installed packages of a tree.
public enum PackageDatabase {
    /// librpm finds the database through macros of the whole process.
    private static let macros = Mutex<Void>(())

    /// Makes a sqlite database that says that `headers` are installed; the order of `headers` is the order of its rows.
    ///
    /// The same headers and time give the same bytes, once the journal mode is set back (see `SQLite`).
    ///
    /// - Parameters:
    ///   - installed: packages that are in a database already (``read(_:)``); they come first and stay what they are.
    ///   - directory: where the database files go; made by the caller, empty.
    ///   - time: seconds since 1970; the transaction's id, and the install time, which grows by one with each package.
    /// - Throws: ``RPMError`` from librpm.
    public static func create(
        _ headers: [PackageHeader], after installed: [PackageHeader] = [], in directory: FilePath, time: UInt32
    ) throws(RPMError) {
        let operation = "write the package database \(directory)"
        var all = installed
        for (index, header) in headers.enumerated() {
            all.append(try header.installed(at: time &+ UInt32(index), transaction: time))
        }
        try withDatabase(directory, O_RDWR | O_CREAT, operation) { set throws(RPMError) in
            guard let transaction = rpmtxnBegin(set, RPMTXN_WRITE.rawValue) else {
                throw RPMError(operation: operation, message: RPMLibrary.takeMessages() ?? "it cannot be locked")
            }
            defer { rpmtxnEnd(transaction) }
            try add(all, to: transaction, operation)
        }
    }

    /// The packages of a sqlite database, in the order of its rows.
    ///
    /// - Parameter directory: the directory that holds `rpmdb.sqlite`; librpm makes lock files in it.
    /// - Throws: ``RPMError`` where there is none or librpm cannot read it.
    public static func read(_ directory: FilePath) throws(RPMError) -> [PackageHeader] {
        let operation = "read the package database \(directory)"
        return try withDatabase(directory, O_RDONLY, operation) { set throws(RPMError) in
            // An empty database has no iterator either.
            guard let iterator = rpmtsInitIterator(set, rpmDbiTagVal(RPMDBI_PACKAGES.rawValue), nil, 0) else {
                if let message = RPMLibrary.takeMessages() { throw RPMError(operation: operation, message: message) }
                return []
            }
            defer { rpmdbFreeIterator(iterator) }
            var rows: [(number: UInt32, header: PackageHeader)] = []
            while let pointer = rpmdbNextIterator(iterator) {
                rows.append((rpmdbGetIteratorOffset(iterator), PackageHeader(taking: headerLink(pointer))))
            }
            return rows.sorted { $0.number < $1.number }.map(\.header)
        }
    }

    private static func withDatabase<Result>(
        _ directory: FilePath, _ mode: Int32, _ operation: String,
        _ body: (OpaquePointer) throws(RPMError) -> sending Result
    ) throws(RPMError) -> sending Result {
        try RPMLibrary.configure()
        return try macros.withLock { (_: inout Void) throws(RPMError) in
            for (macro, value) in [("_dbpath", directory.string), ("_db_backend", "sqlite")] {
                rpmPushMacro(nil, macro, nil, value, RMIL_CMDLINE)
            }
            defer { for macro in ["_dbpath", "_db_backend"] { rpmPopMacro(nil, macro) } }
            guard let set = rpmtsCreate() else { throw RPMError(operation: operation, message: "out of memory") }
            defer { rpmtsFree(set) }
            rpmtsSetRootDir(set, "/")
            rpmtsSetVSFlags(set, ~0)
            guard rpmtsOpenDB(set, mode) == 0 else {
                throw RPMError(operation: operation, message: RPMLibrary.takeMessages() ?? "it cannot be opened")
            }
            defer { rpmtsCloseDB(set) }
            return try body(set)
        }
    }

    private static func add(
        _ headers: [PackageHeader], to transaction: OpaquePointer, _ operation: String
    ) throws(RPMError) {
        for header in headers {
            guard rpmtsImportHeader(transaction, header.pointer, 0) == RPMRC_OK else {
                throw RPMError(
                    operation: operation,
                    message: "\(header.nevra): \(RPMLibrary.takeMessages() ?? "librpm refused its header")")
            }
        }
    }
}

extension PackageHeader {
    /// A copy with the tags that an installation adds.
    fileprivate func installed(at time: UInt32, transaction: UInt32) throws(RPMError) -> PackageHeader {
        let copy = try PackageHeader(serialized: serialized)
        let count = copy.integers(RPMTAG_FILEMODES).count
        copy.put(RPMTAG_INSTALLTIME, [time])
        copy.put(RPMTAG_INSTALLCOLOR, [0])
        copy.put(RPMTAG_INSTALLTID, [transaction])
        if count > 0 {
            // RPMFILE_STATE_NORMAL is 0.
            let states = [CChar](repeating: 0, count: count)
            _ = states.withUnsafeBufferPointer {
                headerPutChar(copy.pointer, RPMTAG_FILESTATES.tag, $0.baseAddress, UInt32(count))
            }
        }
        return copy
    }

    private func put(_ tag: rpmTag_e, _ values: [UInt32]) {
        headerDel(pointer, tag.tag)
        headerPutUint32(pointer, tag.tag, values, UInt32(values.count))
    }
}
