import CGLib
import CLibrepo
import GLib
import SystemPackage

/// Parallel downloads of packages of one repository.
public enum PackageDownload {
    /// One file to fetch.
    public struct Target: Sendable {
        /// The path below the base URL.
        public var location: String
        /// A base URL of its own.
        public var baseURL: String?
        /// Where to put it; what is there already is continued.
        public var destination: FilePath
        /// The kind of checksum, such as `sha256`.
        public var checksumType: String
        /// The checksum in hex.
        public var checksum: String
        /// The size in bytes.
        public var size: Int64

        /// Describes a file to fetch.
        public init(
            location: String, baseURL: String?, destination: FilePath, checksumType: String, checksum: String,
            size: Int64
        ) {
            self.location = location
            self.baseURL = baseURL
            self.destination = destination
            self.checksumType = checksumType
            self.checksum = checksum
            self.size = size
        }
    }

    private final class Completion {
        let index: Int
        let report: (Int) -> Void
        var mirrorFailure: String?
        init(index: Int, report: @escaping (Int) -> Void) {
            self.index = index
            self.report = report
        }
    }

    /// Fetches all targets, several at a time, each checked against its checksum.
    ///
    /// - Parameter onCompletion: called with the index of a target that is there.
    /// - Returns: for each target nil or librepo's message.
    /// - Throws: `GLibError` where the downloads could not be tried.
    public static func run(
        _ targets: [Target], from location: RepoLocation, onCompletion: @escaping (Int) -> Void
    ) throws(GLibError) -> [String?] {
        guard !targets.isEmpty else { return [] }
        let handle = try RepoHandle(location)
        var created: [UnsafeMutablePointer<LrPackageTarget>] = []
        var completions: [Completion] = []
        var list: UnsafeMutablePointer<GSList>?
        defer {
            g_slist_free(list)
            created.forEach { lr_packagetarget_free($0) }
        }
        for (index, target) in targets.enumerated() {
            let completion = Completion(index: index, report: onCompletion)
            completions.append(completion)
            let pointer = try unwrapped("prepare the download of \(target.location)") {
                lr_packagetarget_new_v3(
                    handle.pointer, target.location, target.destination.string, lr_checksum_type(target.checksumType),
                    target.checksum, gint64(target.size), target.baseURL, 1, nil,
                    Unmanaged.passUnretained(completion).toOpaque(),
                    { data, status, _ in
                        if let data, status == LR_TRANSFER_SUCCESSFUL || status == LR_TRANSFER_ALREADYEXISTS {
                            let completion = Unmanaged<Completion>.fromOpaque(data).takeUnretainedValue()
                            completion.report(completion.index)
                        }
                        return Int32(LR_CB_OK.rawValue)
                    },
                    { data, message, url in
                        if let data, let message {
                            let completion = Unmanaged<Completion>.fromOpaque(data).takeUnretainedValue()
                            completion.mirrorFailure = String(cString: message)
                        }
                        return Int32(LR_CB_OK.rawValue)
                    }, 0, 0, $0)
            }
            created.append(pointer)
            list = g_slist_append(list, pointer)
        }
        try withExtendedLifetime(completions) { () throws(GLibError) in
            try checked("download packages") { lr_download_packages(list, LrPackageDownloadFlag(0), $0) }
        }
        return zip(created, completions).map { pointer, completion in
            pointer.pointee.err.map { completion.mirrorFailure ?? String(cString: $0) }
        }
    }
}
