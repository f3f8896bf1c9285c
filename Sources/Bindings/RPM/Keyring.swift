import CRPM
import Glibc
import Synchronization
import SystemPackage

/// Public keys against which packages are checked; independent of the host's rpm database.
///
/// Immutable after the keys were added, and librpm locks it, so threads may share it.
public final class Keyring: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// Keeps what librpm says about one package apart from what it says about another.
    private static let reading = Mutex(())

    /// An empty keyring.
    ///
    /// - Throws: ``RPMError`` where librpm cannot be configured.
    public init() throws(RPMError) {
        try RPMLibrary.configure()
        guard let pointer = rpmKeyringNew() else {
            throw RPMError(operation: "make a keyring", message: "out of memory")
        }
        self.pointer = pointer
    }

    deinit { rpmKeyringFree(pointer) }

    /// Adds the keys of an armored file, which may hold several blocks and several keys in each.
    ///
    /// - Returns: how many keys there were.
    /// - Throws: ``RPMError`` where it holds none.
    @discardableResult
    public func add(armored text: String, from source: String) throws(RPMError) -> Int {
        var count = 0
        for block in Self.blocks(text) {
            var packets: UnsafeMutablePointer<UInt8>?
            var length = 0
            let armor = pgpParsePkts(block, &packets, &length)
            defer { free(packets) }
            guard armor == PGPARMOR_PUBKEY, let packets else { continue }
            var offset = 0
            while offset < length {
                var size = 0
                guard pgpPubKeyCertLen(packets + offset, length - offset, &size) == 0, size > 0 else { break }
                if add(packets + offset, size) { count += 1 }
                offset += size
            }
        }
        guard count > 0 else {
            throw RPMError(
                operation: "read the key \(source)",
                message: RPMLibrary.takeMessages() ?? "it holds no armored public key")
        }
        return count
    }

    private func add(_ packets: UnsafePointer<UInt8>, _ size: Int) -> Bool {
        guard let key = rpmPubkeyNew(packets, size) else { return false }
        defer { rpmPubkeyFree(key) }
        guard rpmKeyringAddKey(pointer, key) >= 0 else { return false }
        var count: Int32 = 0
        if let subkeys = rpmGetSubkeys(key, &count) {
            for index in 0..<Int(count) {
                rpmKeyringAddKey(pointer, subkeys[index])
                rpmPubkeyFree(subkeys[index])
            }
            free(subkeys)
        }
        return true
    }

    private static func blocks(_ text: String) -> [String] {
        var blocks: [String] = []
        var current: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("-----BEGIN PGP") { current = [] }
            current.append(line)
            if line.hasPrefix("-----END PGP") {
                blocks.append(current.joined(separator: "\n") + "\n")
                current = []
            }
        }
        return blocks
    }

    /// What a check of a package found.
    public enum Verdict: Sendable, Equatable {
        /// Signed by a key of the keyring, and the payload is the one that was signed.
        case valid
        /// There is no signature.
        case unsigned
        /// The signature was made by another key; the text describes it.
        case unknownKey(String)
        /// The signature or a digest is wrong; the text says what.
        case damaged(String)
    }

    /// Checks the signature of a package's header and, by the digest in the header, its payload.
    ///
    /// - Throws: ``RPMError`` where the file cannot be opened.
    public func check(_ path: FilePath) throws(RPMError) -> Verdict {
        guard let transaction = rpmtsCreate() else {
            throw RPMError(operation: "check \(path)", message: "out of memory")
        }
        defer { rpmtsFree(transaction) }
        rpmtsSetKeyring(transaction, pointer)
        rpmtsSetVSFlags(transaction, rpmVSFlags(0))
        guard let file = Fopen(path.string, "r.ufdio"), Ferror(file) == 0 else {
            throw RPMError(operation: "open \(path)", message: "\(Errno(rawValue: errno))")
        }
        defer { Fclose(file) }
        let (result, said, address) = Self.reading.withLock { _ in
            var handle: OpaquePointer?
            let result = rpmReadPackageFile(transaction, file, path.string, &handle)
            return (result, RPMLibrary.takeMessages(), handle.map { UInt(bitPattern: $0) })
        }
        guard let handle = address.flatMap({ OpaquePointer(bitPattern: $0) }) else {
            return .damaged(said ?? "it is no RPM package")
        }
        let header = PackageHeader(taking: handle)
        let signature = Self.signature(handle)
        if result == RPMRC_NOKEY || result == RPMRC_NOTTRUSTED {
            return .unknownKey(signature ?? said ?? "unknown signature")
        }
        guard result == RPMRC_OK || result == RPMRC_NOTFOUND else {
            return .damaged(said ?? "its header is damaged")
        }
        guard signature != nil else { return .unsigned }
        return try payloadMatches(header, file, path) ? .valid : .damaged("its payload is not the one that was signed")
    }

    /// The header signature in words, such as `RSA/SHA512, …, Key ID …`.
    private static func signature(_ header: OpaquePointer) -> String? {
        for tag in [RPMTAG_RSAHEADER, RPMTAG_DSAHEADER] where headerIsEntry(header, tag.tag) != 0 {
            let name = tag == RPMTAG_RSAHEADER ? "RSAHEADER" : "DSAHEADER"
            guard let text = headerFormat(header, "%{\(name):pgpsig}", nil) else { continue }
            defer { free(text) }
            return String(cString: text)
        }
        return nil
    }

    private func payloadMatches(_ header: PackageHeader, _ file: FD_t, _ path: FilePath) throws(RPMError) -> Bool {
        // Packages older than rpm 4.14 have no such digest; their file checksum is all there is.
        guard let expected = header.string(RPMTAG_PAYLOADDIGEST) else { return true }
        let algorithm = header.integer(RPMTAG_PAYLOADDIGESTALGO) ?? Int64(PGPHASHALGO_SHA256.rawValue)
        guard let context = rpmDigestInit(Int32(algorithm), rpmDigestFlags(0)) else {
            throw RPMError(operation: "check \(path)", message: "unknown payload digest algorithm \(algorithm)")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Fread(buffer.baseAddress, 1, buffer.count, file)
            guard count > 0 else { break }
            rpmDigestUpdate(context, buffer.baseAddress, Int(count))
        }
        var digest: UnsafeMutableRawPointer?
        rpmDigestFinal(context, &digest, nil, 1)
        defer { free(digest) }
        return digest.map { String(cString: $0.assumingMemoryBound(to: CChar.self)) } == expected
    }
}
