import HostSystem
import LiveImage
import SystemPackage
import TestSupport
import Testing

@testable import VirtualMachine

/// The copy of a live ISO that a machine boots.
@Suite struct LiveISOCustomizationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func customized(
        _ path: FilePath, isDisk: Bool = false, ignition: String? = nil, arguments: String = ""
    ) async throws -> FilePath {
        try await LiveISOCustomization(
            iso: LiveISO(path: path, isDisk: isDisk), ignition: ignition.map { Array($0.utf8) }, arguments: arguments
        ).write(to: directory.appending("copy.iso"))
    }

    @Test func hasTheConfigAndTheArgumentsAndTheImageHasNot() async throws {
        let fixture = try await LiveISOFixture(in: directory)
        let before = try FileContent.read(fixture.path)
        let path = try await customized(fixture.path, ignition: #"{"ignition":{}}"#, arguments: "a=b c")
        #expect(path == directory.appending("copy.iso"))
        let image = try await LiveISOImage(path)
        #expect(image.ignitionConfig == Array(#"{"ignition":{}}"#.utf8))
        #expect(try image.kernelArguments == "\(LiveISOFixture.arguments) console=ttyS0,115200n8 a=b c")
        #expect(try FileContent.read(fixture.path) == before)
    }

    @Test func firmwareFindsNoBootRecordOnADisk() async throws {
        let fixture = try await LiveISOFixture(in: directory, consoleText: "x")
        func identifier(_ path: FilePath) throws -> String {
            String(decoding: try FileContent.read(path)[(17 * 2048 + 7)...].prefix(23), as: UTF8.self)
        }
        #expect(try identifier(fixture.path) == "EL TORITO SPECIFICATION")
        #expect(try identifier(await customized(fixture.path, isDisk: true)) == "NO TORITO SPECIFICATION")
        #expect(try identifier(await customized(fixture.path)) == "EL TORITO SPECIFICATION")
    }

    @Test func imageThatIsNoCoreOSIsBootedAsItIs() async throws {
        let fixture = try await LiveISOFixture(in: directory, without: ["images/ignition.img"])
        #expect(try await customized(fixture.path, ignition: "{}") == fixture.path)
        let error = try await #require(throws: LiveImageError.self) {
            try await customized(fixture.path, arguments: "a=b")
        }
        #expect(error.description.contains("is no live ISO image of a CoreOS: "))
    }

    @Test func argumentsNeedAnArea() async throws {
        let fixture = try await LiveISOFixture(in: directory, without: ["coreos/kargs.json"])
        let image = try await LiveISOImage(try await customized(fixture.path, ignition: "{}"))
        #expect(image.ignitionConfig == Array("{}".utf8))
        await #expect(throws: LiveImageError.self) { try await customized(fixture.path, arguments: "a=b") }
    }
}
