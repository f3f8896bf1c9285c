import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HostSystem

@Suite struct MountTableTests {
    @Test func mountPointsAreReadInReverse() {
        let table = """
            21 1 254:0 / / rw - ext4 /dev/vda rw
            50 21 0:40 / /srv/a\\040b/merged rw - overlay overlay rw
            51 50 0:41 / /srv/a\\040b/merged/proc rw - proc proc rw
            52 21 0:42 / /srv/a\\040bc rw - tmpfs tmpfs rw
            """
        #expect(
            MountTable.mountPoints(below: "/srv/a b", in: table) == ["/srv/a b/merged/proc", "/srv/a b/merged"])
        #expect(MountTable.mountPoints(below: "/srv/none", in: table).isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0, "mounting needs root"))
    func whatIsMountedIsDetached() async throws {
        let folder = try TemporaryFolder(prefix: "mount table")
        defer { folder.remove() }
        let point = folder.path.appending("below here")
        try FileContent.createDirectory(point)
        try await Command("mount", ["-t", "tmpfs", "none", point.string]).run()
        try AtomicFile.write([1], to: point.appending("file"))
        try MountTable.detachAll(below: folder.path)
        #expect(FileContent.names(in: point).isEmpty)
    }
}
