import CGLib
import CLibrepo
import GLib
import SystemPackage

/// Downloads of `repodata/`.
public enum MetadataDownload {
    /// Downloads `repomd.xml` and, unless `isKnown` says that it is known, the metadata that it names.
    ///
    /// - Parameters:
    ///   - directory: an existing directory, in which `repodata/` is made.
    ///   - types: the records of repomd.xml to fetch, such as `primary`; those that it lacks are skipped.
    ///   - keyring: a GnuPG home directory with the keys that may have signed repomd.xml; nil checks no signature.
    ///   - isKnown: called with the path of repomd.xml.
    /// - Returns: the files by record type; nil where `repomd.xml` was known.
    /// - Throws: ``DownloadError``.
    public static func run(
        _ location: RepoLocation, into directory: FilePath, types: [String], keyring: FilePath?,
        isKnown: (FilePath) -> Bool
    ) throws(DownloadError) -> [String: FilePath]? {
        let handle: RepoHandle
        do {
            handle = try RepoHandle(location)
        } catch {
            throw DownloadError(error, mirror: nil)
        }
        do {
            return try run(handle, into: directory, types: types, keyring: keyring, isKnown: isKnown)
        } catch {
            throw DownloadError(error, mirror: handle.mirrorFailure)
        }
    }

    private static func run(
        _ handle: RepoHandle, into directory: FilePath, types: [String], keyring: FilePath?,
        isKnown: (FilePath) -> Bool
    ) throws(GLibError) -> [String: FilePath]? {
        try handle.set(LRO_DESTDIR, directory.string)
        try handle.set(LRO_YUMDLIST, [])
        if let keyring {
            try handle.set(LRO_GPGCHECK, 1)
            try handle.set(LRO_GNUPGHOMEDIR, keyring.string)
        }
        let result: OpaquePointer = lr_result_init()
        defer { lr_result_free(result) }
        try checked("download repomd.xml") { lr_handle_perform(handle.pointer, result, $0) }
        if isKnown(directory.appending("repodata/repomd.xml")) { return nil }

        try handle.set(LRO_UPDATE, 1)
        try handle.set(LRO_YUMDLIST, types)
        try checked("download metadata") { lr_handle_perform(handle.pointer, result, $0) }
        return try files(result)
    }

    private static func files(_ result: OpaquePointer) throws(GLibError) -> [String: FilePath] {
        var repository: UnsafeMutablePointer<LrYumRepo>?
        try checked("list the downloaded metadata") { lr_result_get_repo(result, &repository, $0) }
        var files: [String: FilePath] = [:]
        var next = repository?.pointee.paths
        while let node = next {
            if let record = node.pointee.data?.assumingMemoryBound(to: LrYumRepoPath.self).pointee,
                let type = record.type, let path = record.path
            {
                files[String(cString: type)] = FilePath(String(cString: path))
            }
            next = node.pointee.next
        }
        return files
    }

    /// Downloads one file to an open descriptor.
    ///
    /// - Throws: `GLibError` with librepo's message.
    public static func file(
        _ url: String, _ location: RepoLocation, to descriptor: FileDescriptor
    ) throws(GLibError) {
        let handle = try RepoHandle(location)
        try checked("download a file") { lr_download_url(handle.pointer, url, descriptor.rawValue, $0) }
    }

    /// Imports a public key file into a GnuPG home directory.
    ///
    /// - Throws: `GLibError` with librepo's message.
    public static func importKey(_ key: FilePath, into keyring: FilePath) throws(GLibError) {
        try checked("import the key \(key)") { lr_gpg_import_key(key.string, keyring.string, $0) }
    }
}
