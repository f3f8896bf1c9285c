import Foundation
import HostSystem
import SystemPackage
import TestSupport
import Testing

@testable import LiveImage

@Suite("What is no live image")
struct BadImageTests {
    @Test("a file that is no ISO image, and one that is cut short, are refused")
    func noImage() async throws {
        let directory = try TemporaryDirectory()
        let text = try directory.write("hello", to: "text.iso")
        #expect(
            await message(text)
                == "\(text) is no live ISO image of a CoreOS: it is no ISO 9660 image with files in it")
        let fixture = try await LiveISOFixture(in: directory)
        guard truncate(fixture.path.string, 300_000) == 0 else { throw Errno(rawValue: errno) }
        let cut = await message(fixture.path)
        #expect(cut.hasPrefix("\(fixture.path) is cut short: "))
        #expect(cut.hasSuffix(" bytes are missing; copy or download it again"))
        let nowhere = directory.appending("nowhere.iso")
        #expect(await message(nowhere) == "cannot read \(nowhere): No such file or directory")
    }

    @Test(
        "an image without what is needed, or with what does not fit, is refused with the file",
        arguments: [
            (
                ["images/ignition.img"], [:],
                " is no live ISO image of a CoreOS: the file images/ignition.img for an Ignition config is missing"
            ),
            (
                [], ["coreos/igninfo.json": #"{"file": "images/ignition.img", "offset": 262143, "length": 2}"#],
                ": cannot read coreos/igninfo.json: its area is outside of images/ignition.img"
            ),
            (
                [],
                [
                    "coreos/igninfo.json":
                        #"{"file": "images/ignition.img", "offset": 9223372036854775807, "length": 2}"#
                ],
                ": cannot read coreos/igninfo.json: its area is outside of images/ignition.img"
            ),
            (
                [],
                [
                    "coreos/kargs.json":
                        #"{"default": "", "size": 10, "files": [{"path": "images/ignition.img", "offset": 9223372036854775800}]}"#
                ],
                ": cannot read coreos/kargs.json: its area is outside of images/ignition.img"
            ),
            (
                [],
                [
                    "coreos/kargs.json": #"""
                    {"default": "", "size": 10, "files": [{"path": "images/ignition.img", "offset": 0},
                     {"path": "images/ignition.img", "offset": 9}]}
                    """#
                ],
                ": cannot read coreos/kargs.json: its areas overlap"
            ),
            (
                [], ["coreos/igninfo.json": "{}"],
                ": cannot read coreos/igninfo.json: it is not the JSON that it should be"
            ),
            (
                [], ["coreos/kargs.json": #"{"default": "", "size": 4096, "files": []}"#],
                ": cannot read coreos/kargs.json: areas of 4096 bytes are not possible; 2048 are the most"
            ),
            (
                [], ["coreos/kargs.json": #"{"default": "", "size": 10, "files": []}"#],
                ": cannot read coreos/kargs.json: it names no files"
            ),
            (
                [], ["coreos/kargs.json": #"{"default": "", "size": 10, "files": [{"path": "a", "offset": 0}]}"#],
                ": cannot read coreos/kargs.json: there is no file a"
            ),
            (
                [],
                [
                    "coreos/kargs.json":
                        #"{"default": "", "size": 10, "files": [{"path": "coreos/igninfo.json", "offset": 90}]}"#
                ],
                ": cannot read coreos/kargs.json: its area is outside of coreos/igninfo.json"
            ),
            (
                [],
                [
                    "coreos/kargs.json":
                        #"{"default": "", "size": 10, "files": [{"path": "images/ignition.img", "offset": 0, "pad": "--"}]}"#
                ],
                ": cannot read coreos/kargs.json: '--' is not one character"
            ),
            (
                [], ["images/ignition.img": "no archive"],
                ": cannot read the area for an Ignition config: cannot read the area: "
            ),
        ] as [(Set<String>, [String: String], String)])
    func unusable(without: Set<String>, changes: [String: String], expected: String) async throws {
        let directory = try TemporaryDirectory()
        let fixture = try await LiveISOFixture(in: directory, without: without, changes: changes)
        #expect(await message(fixture.path).hasPrefix("\(fixture.path)\(expected)"))
    }

    @Test("boot loaders that disagree are shown")
    func disagreement() async throws {
        let fixture = try await LiveISOFixture(in: TemporaryDirectory(), otherArguments: "b")
        #expect(
            await message(fixture.path)
                == "\(fixture.path): cannot read coreos/kargs.json: the boot loaders have different arguments: b | "
                + LiveISOFixture.arguments)
    }

    @Test("an old image without a place for arguments says so when they are asked for")
    func noAreas() async throws {
        let fixture = try await LiveISOFixture(
            in: TemporaryDirectory(), without: ["coreos/kargs.json", "coreos/igninfo.json", "coreos/miniso.dat"])
        let image = try await LiveISOImage(fixture.path)
        let error = #expect(throws: LiveImageError.self) { try image.kernelArguments }
        #expect(
            error?.description
                == "\(fixture.path) has no place for kernel arguments (coreos/kargs.json is missing)")
        #expect(image.isPristine && image.ignitionConfig == nil)
    }

    private func message(_ path: FilePath) async -> String {
        do {
            _ = try await LiveISOImage(path)
            return "no error"
        } catch {
            return "\(error)"
        }
    }
}
