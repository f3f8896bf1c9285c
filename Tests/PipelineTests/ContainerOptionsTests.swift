import ContainerImage
import SystemPackage
import TestSupport
import Testing
import Treefile

@testable import Pipeline

@Suite("options of container images") struct ContainerOptionsTests {
    private func options(_ yaml: String) throws -> ImageOptions {
        let directory = try TemporaryDirectory()
        return try ImageOptions(try ImageConfig.load(try directory.write(yaml, to: "image.yaml")))
    }

    @Test("image.yaml without container means the defaults")
    func defaults() throws { #expect(try options("size: 10\n") == ImageOptions()) }

    @Test("image.yaml says what the image is like, and options stand over it")
    func layering() throws {
        let base = try options(
            """
            container: {format: plain, max-layers: 20, compressor: zstd, compression-level: 9, labels: {a: "1", b: "1"},
                copymeta: [x], cmd: [one], config: {User: nobody}}

            """)
        #expect(base.format == .plain)
        #expect(base.maxLayers == 20)
        #expect(try base.compression == LayerCompression(.zstd, level: 9))
        #expect(base.execution != nil)
        var given = ContainerOptions()
        #expect(given.keepsLayers)
        #expect(try given.applied(to: base) == base)
        given.compressionLevel = 2
        given.labels = ["b": "2"]
        given.copiedMetadata = ["y"]
        given.command = ["two"]
        #expect(!given.keepsLayers)
        let result = try given.applied(to: base)
        #expect(try result.compression == LayerCompression(.zstd, level: 2))
        #expect(result.labels == ["a": "1", "b": "2"])
        #expect(result.copiedMetadata == ["x", "y"])
        #expect(result.command == ["two"])
        // Another compressor has levels of its own.
        given.compressionLevel = nil
        given.compressor = "gzip"
        #expect(try given.applied(to: base).compression == .gzip)
    }

    @Test(
        "what an image cannot be is told with the file",
        arguments: [
            ("{max-layers: 4}", "an image of 4 layers is too small: "),
            ("{compressor: zstd, compression-level: 30}", "zstd has no level 30; it has 1 (fast) to 19 (small)"),
        ])
    func impossible(container: String, message: String) throws {
        let error = #expect(throws: PipelineError.self) { try options("container: \(container)\n") }
        #expect(error?.description.contains("/image.yaml: key 'container': \(message)") == true)
    }
}
