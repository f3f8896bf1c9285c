import DiskImage
import LiveImage

/// The small files of an ISO image: the boot loaders' configurations with their kernel arguments, and what tells
/// coreos-installer where the areas are that it can change.
struct LiveBootFiles {
    /// The files by path.
    private(set) var files: [String: [UInt8]]

    /// The size in bytes of the area for an Ignition config, as coreos-assembler has it.
    private static let ignitionAreaSize = 256 << 10
    /// The size in bytes of the file for the data of a minimal image.
    private static let minimalDataSize = 16 << 10
    private static let ignitionArea = "images/ignition.img"

    /// Fills in the templates.
    ///
    /// - Throws: ``LiveBuildError`` for a template without a place for the arguments, and for several that differ.
    init(_ request: LiveRequest) throws {
        var arguments = request.system.kernelArguments
        arguments.append("coreos.liveiso=\(request.volumeID)")
        files = request.boot.files
        var areas = KernelArgumentAreas.Information(default: "", files: [], size: 0)
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.contains(BootTemplate.arguments) else { continue }
            let filled = try BootTemplate(path: path, text: text).filled(arguments.description)
            files[path] = Array(filled.text.utf8)
            if let first = areas.files.first, (areas.default, areas.size) != (filled.arguments, filled.size) {
                throw LiveBuildError.template(
                    path,
                    reason: "its kernel arguments must be those of live/\(first.path), with as many signs # after them")
            }
            areas.files.append(.init(path: path, offset: Int64(filled.offset), pad: "#", end: "\n"))
            (areas.default, areas.size) = (filled.arguments, filled.size)
        }
        if !areas.files.isEmpty { files[KernelArgumentAreas.informationPath] = Self.withRoom(try areas.json) }
        files["coreos/igninfo.json"] = Array("{\n  \"file\": \"\(Self.ignitionArea)\"\n}\n".utf8)
        files["coreos/features.json"] = request.features
        files[Self.ignitionArea] = Array(repeating: 0, count: Self.ignitionAreaSize)
        files[MinimalImage.dataPath] = Array(repeating: 0, count: Self.minimalDataSize)
    }

    /// Fills a JSON file up to whole blocks: the default arguments of a minimal image are longer.
    private static func withRoom(_ json: [UInt8]) -> [UInt8] {
        let block = Int(ISOContents.blockSize)
        let size = (json.count + block) / block * block
        return json + Array(repeating: UInt8(ascii: " "), count: size - json.count - 1) + [UInt8(ascii: "\n")]
    }
}
