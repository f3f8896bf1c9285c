import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import DiskImage

@Suite("Sparse files")
struct SparseFileTests {
    @Test("a copy has the same bytes and does not fill the holes")
    func copying() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let (source, copy) = (directory.appending("source"), directory.appending("copy"))
        let size: Int64 = 64 << 20
        try SparseFile.create(source, size: size)
        try SparseFile.write(Array("start".utf8), to: source, at: 0)
        try SparseFile.write(Array("end".utf8), to: source, at: size - 3)
        try SparseFile.write(Array(repeating: 9, count: 3 << 20), to: source, at: 20 << 20)
        try SparseFile.copy(source, to: copy)
        #expect(try Data(contentsOf: URL(filePath: source.string)) == Data(contentsOf: URL(filePath: copy.string)))
        var status = stat()
        #expect(lstat(copy.string, &status) == 0)
        #expect(status.st_blocks * 512 < 8 << 20)
    }

    @Test("reading stops at the end of the file")
    func reading() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let file = try directory.write("0123456789", to: "file")
        #expect(try SparseFile.read(file, at: 7, count: 10) == Array("789".utf8))
    }

    @Test("a missing file is named in the error")
    func missing() throws {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let error = #expect(throws: DiskImageError.self) {
            try SparseFile.read(directory.appending("none"), at: 0, count: 1)
        }
        #expect(error?.description.hasPrefix("cannot open \(directory.path)/none: ") == true)
    }
}
