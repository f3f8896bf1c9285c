import HostSystem
import SystemPackage

/// Where one file lies in an ISO 9660 image, in bytes.
public struct ISOFile: Sendable, Equatable {
    /// The first byte.
    public let offset: Int64
    /// The number of bytes; they lie in one piece.
    public let size: Int64
}

/// The files of an ISO 9660 image, as xorriso reads them.
public struct ISOContents: Sendable, Equatable {
    /// Bytes of a block (ECMA-119, section 6.1.2).
    package static let blockSize: Int64 = 2048

    /// Files by their Rock Ridge path, such as `images/pxeboot/vmlinuz`.
    public let files: [String: ISOFile]

    /// Reads the directories of an image.
    ///
    /// - Throws: ``LiveImageError`` for what is no such image or is cut short, `CommandError`, or `Errno`.
    public init(of image: FilePath) async throws {
        let descriptor = try FileDescriptor.opened(image, .readOnly)
        let length = try descriptor.closeAfter { try descriptor.seek(offset: 0, from: .end) }
        let report = try await Command(
            "xorriso",
            [
                "-abort_on", "FATAL", "-indev", "stdio:\(image)", "-find", "/", "-type", "f", "-exec", "report_lba",
                "--",
            ],
            environment: ["LC_ALL": "C"]
        ).run().text
        var files: [String: ISOFile] = [:]
        for line in report.split(separator: "\n") {
            guard let (path, file) = Self.file(line) else { continue }
            guard file.offset + file.size <= length else {
                throw LiveImageError.cutShort(image, missing: file.offset + file.size - length)
            }
            files[path] = file
        }
        guard !files.isEmpty else {
            throw LiveImageError.notLive(image, lacks: "it is no ISO 9660 image with files in it")
        }
        self.files = files
    }

    /// Reads `File data lba:  EXTENT , BLOCK , BLOCKS , SIZE , 'PATH'` (man xorriso, `report_lba`).
    private static func file(_ line: Substring) -> (String, ISOFile)? {
        let prefix = "File data lba:"
        guard line.hasPrefix(prefix) else { return nil }
        let fields = line.dropFirst(prefix.count).split(separator: " , ", maxSplits: 4).map { $0.trimmed }
        guard fields.count == 5, let block = Int64(fields[1]), let size = Int64(fields[3]) else { return nil }
        // As a shell would take it: ' in a name is '"'"'.
        let path = fields[4].dropFirst().dropLast().replacing("'\"'\"'", with: "'")
        return (String(path.drop { $0 == "/" }), ISOFile(offset: block * blockSize, size: size))
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}
