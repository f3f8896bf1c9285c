import CGLib
import CLibrepo
import GLib
import SystemPackage

/// Where a repository is and how to talk to it.
public struct RepoLocation: Sendable {
    /// Base URLs, tried in order.
    public var baseURLs: [String] = []
    /// The URL of a mirror list.
    public var mirrorList: String?
    /// The URL of a metalink file.
    public var metalink: String?
    /// User name for HTTP authentication.
    public var username: String?
    /// Password for HTTP authentication.
    public var password: String?
    /// The proxy's URL.
    public var proxy: String?
    /// Whether certificates are checked.
    public var verifiesCertificates = true
    /// A file with certificate authorities.
    public var certificateAuthority: String?
    /// A client certificate.
    public var clientCertificate: String?
    /// The client certificate's key.
    public var clientKey: String?

    /// A repository that is nowhere yet.
    public init() {}
}

/// A configured librepo handle. Belongs to one thread at a time.
final class RepoHandle {
    let pointer: OpaquePointer
    /// What the last mirror that failed said; librepo's own error says only that all were tried.
    private(set) var mirrorFailure: String?

    init(_ location: RepoLocation) throws(GLibError) {
        pointer = lr_handle_init()
        try set(LRO_REPOTYPE, Int(LR_YUMREPO.rawValue))
        try set(LRO_INTERRUPTIBLE, 0)
        try set(LRO_CHECKSUM, 1)
        try set(LRO_CONNECTTIMEOUT, 30)
        try set(LRO_MAXPARALLELDOWNLOADS, 6)
        try set(LRO_MAXDOWNLOADSPERMIRROR, 6)
        try checked("configure the download") {
            lr_handle_set_mirror_failure(
                pointer,
                { data, message, _, _ in
                    if let data, let message {
                        Unmanaged<RepoHandle>.fromOpaque(data).takeUnretainedValue().mirrorFailure =
                            String(cString: message)
                    }
                    return Int32(LR_CB_OK.rawValue)
                }, Unmanaged.passUnretained(self).toOpaque(), $0)
        }
        if !location.baseURLs.isEmpty { try set(LRO_URLS, location.baseURLs) }
        if let url = location.mirrorList { try set(LRO_MIRRORLISTURL, url) }
        if let url = location.metalink { try set(LRO_METALINKURL, url) }
        if let user = location.username { try set(LRO_USERPWD, "\(user):\(location.password ?? "")") }
        if let proxy = location.proxy { try set(LRO_PROXY, proxy) }
        if !location.verifiesCertificates {
            try set(LRO_SSLVERIFYPEER, 0)
            try set(LRO_SSLVERIFYHOST, 0)
        }
        if let path = location.certificateAuthority { try set(LRO_SSLCACERT, path) }
        if let path = location.clientCertificate { try set(LRO_SSLCLIENTCERT, path) }
        if let path = location.clientKey { try set(LRO_SSLCLIENTKEY, path) }
    }

    deinit { lr_handle_free(pointer) }

    func set(_ option: LrHandleOption, _ value: Int) throws(GLibError) {
        try checked("configure the download") { lr_handle_set_long(pointer, option, value, $0) }
    }

    func set(_ option: LrHandleOption, _ value: String) throws(GLibError) {
        try checked("configure the download") { error in
            value.withCString { lr_handle_set_pointer(pointer, option, $0, error) }
        }
    }

    func set(_ option: LrHandleOption, _ values: [String]) throws(GLibError) {
        let copies = values.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        var list: [UnsafeMutablePointer<CChar>?] = copies + [nil]
        try checked("configure the download") { error in
            lr_handle_set_pointer(pointer, option, &list, error)
        }
    }
}
