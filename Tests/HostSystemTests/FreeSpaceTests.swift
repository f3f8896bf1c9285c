import HostSystem
import Testing

@Suite struct FreeSpaceTests {
    @Test func whatIsMissingIsSaid() throws {
        let error = try #require(throws: FreeSpaceError.self) {
            try FreeSpace.require(3 << 30, at: "/w", for: "compressing", available: (1 << 30) + (512 << 20))
        }
        #expect(
            error.description
                == "compressing needs about 3.0 GiB in /w, which has 1.5 GiB free: 1.5 GiB are missing; "
                + "make room there (`cosa prune` removes old builds)"
        )
        try FreeSpace.require(1 << 30, at: "/w", for: "compressing", available: 1 << 30)
    }

    @Test func theFileSystemIsAsked() throws {
        #expect(try FreeSpace.available(at: "/") > 0)
        #expect(throws: (any Error).self) { try FreeSpace.available(at: "/does/not/exist") }
        #expect(throws: FreeSpaceError.self) { try FreeSpace.require(.max, at: "/", for: "this") }
    }

    @Test func sizesAreForPeople() {
        #expect(FreeSpace.text(0) == "0.0 MiB" && FreeSpace.text(1 << 30) == "1.0 GiB")
    }

    @Test func capacityIsKnown() throws {
        #expect(HostCapacity.processors >= 1)
        #expect(try #require(HostCapacity.availableMemory) > 0)
    }
}
