import CRPM

/// The header of a package: everything but its payload.
///
/// Immutable here, but librpm sorts its index on first use: read one header from one thread at a time.
public final class PackageHeader: @unchecked Sendable {
    /// The C object; for other bindings only.
    package let pointer: OpaquePointer

    /// Takes over one reference.
    init(taking pointer: OpaquePointer) { self.pointer = pointer }

    deinit { headerFree(pointer) }

    /// A header from the bytes of ``serialized``.
    ///
    /// - Throws: ``RPMError`` where the bytes are no header.
    public convenience init(serialized bytes: [UInt8]) throws(RPMError) {
        try RPMLibrary.configure()
        let pointer = bytes.withUnsafeBytes { buffer in
            headerImport(
                UnsafeMutableRawPointer(mutating: buffer.baseAddress), UInt32(buffer.count),
                headerImportFlags(HEADERIMPORT_COPY.rawValue))
        }
        guard let pointer else {
            throw RPMError(operation: "read a package header", message: RPMLibrary.takeMessages() ?? "damaged bytes")
        }
        self.init(taking: pointer)
    }

    /// The header as bytes (`headerExport`), signature tags included.
    public var serialized: [UInt8] {
        var count: UInt32 = 0
        guard let bytes = headerExport(pointer, &count) else { return [] }
        defer { free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }

    // MARK: Identity

    /// `Name`
    public var name: String { string(RPMTAG_NAME) ?? "" }
    /// `Epoch`, 0 where there is none.
    public var epoch: Int { Int(integer(RPMTAG_EPOCH) ?? 0) }
    /// `Version`
    public var version: String { string(RPMTAG_VERSION) ?? "" }
    /// `Release`
    public var release: String { string(RPMTAG_RELEASE) ?? "" }
    /// `Arch`
    public var arch: String { string(RPMTAG_ARCH) ?? "" }
    /// The file name of the source package; nil for a source package itself.
    public var sourceRPM: String? { string(RPMTAG_SOURCERPM) }
    /// `License`
    public var license: String? { string(RPMTAG_LICENSE) }
    /// `Vendor`: who built it.
    public var vendor: String? { string(RPMTAG_VENDOR) }
    /// `Summary`: one line.
    public var summary: String? { string(RPMTAG_SUMMARY) }
    /// `URL`: the project's page.
    public var homepage: String? { string(RPMTAG_URL) }
    /// When it was built, in seconds since 1970.
    public var buildTime: Int64 { integer(RPMTAG_BUILDTIME) ?? 0 }
    /// The times of the changelog entries, newest first as packagers write them.
    public var changelogTimes: [Int64] { integers(RPMTAG_CHANGELOGTIME) }
    /// `[epoch:]version-release.arch`; the epoch is left out where it is 0.
    public var evra: String { (epoch == 0 ? "" : "\(epoch):") + "\(version)-\(release).\(arch)" }
    /// `name-[epoch:]version-release.arch`
    public var nevra: String { "\(name)-\(evra)" }
    /// What the package provides, without versions.
    public var provides: [String] { strings(RPMTAG_PROVIDENAME) }

    // MARK: Tags

    /// The text of a tag; nil where the tag is absent.
    func string(_ tag: rpmTag_e) -> String? { strings(tag).first }

    /// All strings of a tag.
    func strings(_ tag: rpmTag_e) -> [String] {
        read(tag) { data in
            var values: [String] = []
            while let text = rpmtdNextString(data) { values.append(String(cString: text)) }
            return values
        } ?? []
    }

    /// The number of a tag; nil where the tag is absent.
    func integer(_ tag: rpmTag_e) -> Int64? { integers(tag).first }

    /// All numbers of a tag.
    func integers(_ tag: rpmTag_e) -> [Int64] {
        read(tag) { data in
            var values: [Int64] = []
            while rpmtdNext(data) >= 0 { values.append(Int64(truncatingIfNeeded: rpmtdGetNumber(data))) }
            return values
        } ?? []
    }

    private func read<Result>(_ tag: rpmTag_e, _ body: (rpmtd) -> Result) -> Result? {
        guard let data = rpmtdNew() else { return nil }
        defer { rpmtdFree(data) }
        guard headerGet(pointer, tag.tag, data, headerGetFlags(HEADERGET_EXT.rawValue)) != 0 else { return nil }
        defer { rpmtdFreeData(data) }
        return body(data)
    }
}

extension rpmTag_e {
    /// The type that librpm's functions take.
    var tag: rpmTagVal { rpmTagVal(rawValue) }
}
