import HostSystem
import LiveImage
import SystemPackage

/// What a machine's copy of a live ISO has besides the image's own: the Ignition config and kernel arguments in their areas, and
/// the serial console, which no image is made with.
struct LiveISOCustomization: Sendable {
    let iso: LiveISO
    /// The Ignition config; nil for none.
    let ignition: [UInt8]?
    /// Kernel arguments that are added; "" for none.
    let arguments: String

    /// The argument for the machine's first serial port, as upstream's kola has it.
    static let console = "console=ttyS0,115200n8"
    /// Where the El Torito boot record's identifier is: in the second volume descriptor (ECMA-119; El Torito 1.0, figure 7).
    private static let bootRecordIdentifier: Int64 = 17 * 2048 + 7

    /// Makes the copy.
    ///
    /// - Returns: the image to boot: `output`, or the ISO itself where it is none that has such areas.
    /// - Throws: `LiveImageError` where the areas are missing and kernel arguments are to be there, or where something does not
    ///   fit; `CommandError`.
    func write(to output: FilePath) async throws -> FilePath {
        do {
            _ = try await LiveISOImage(iso.path)
        } catch LiveImageError.notLive where arguments.isEmpty {
            return iso.path
        }
        // The copy can be written to, the image need not.
        try await Command(
            "cp", ["--reflink=auto", "--no-preserve=mode", "--", iso.path.string, output.string]
        ).run()
        var image = try await LiveISOImage(output)
        if let ignition { try image.setIgnitionConfig(ignition) }
        do {
            let words = [try image.kernelArguments, Self.console, arguments].filter { !$0.isEmpty }
            try image.setKernelArguments(words.joined(separator: " "))
        } catch LiveImageError.noArgumentAreas where arguments.isEmpty {}
        try image.save(to: nil)
        if iso.isDisk { try hideBootRecord(of: output) }
        return output
    }

    /// UEFI firmware would find the CD's boot images on a disk too, and not start from its partitions as others do.
    private func hideBootRecord(of path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readWrite)
        try file.closeAfter { _ = try file.writeAll(toAbsoluteOffset: Self.bootRecordIdentifier, Array("NO".utf8)) }
    }
}
