import Foundation
import HostSystem
import SystemPackage
import Testing

@testable import VirtualMachine

@Suite(.timeLimit(.minutes(1))) struct NetworkSegmentTests {
    private func receive(_ port: FileDescriptor) throws -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: 2048)
        return Array(frame[..<(try frame.withUnsafeMutableBytes { try port.read(into: $0) })])
    }

    @Test func allOthersGetWhatOneSends() throws {
        let segment = try NetworkSegment(ports: 3)
        let ports = try (0..<3).map { _ in try segment.plug() }
        defer { for port in ports { try? port.close() } }
        for round in 0..<100 {
            let frame = [UInt8](repeating: UInt8(round), count: 60 + round)
            try frame.withUnsafeBytes { _ = try ports[round % 3].write($0) }
            // The sender's own would come before the other's next one.
            for other in 0..<3 where other != round % 3 { #expect(try receive(ports[other]) == frame) }
        }
    }

    @Test func machineThatReadsNothingHoldsUpNobody() throws {
        let segment = try NetworkSegment(ports: 3)
        let ports = try (0..<3).map { _ in try segment.plug() }
        defer { for port in ports { try? port.close() } }
        let frame = [UInt8](repeating: 7, count: 1500)
        for _ in 0..<2000 {
            try frame.withUnsafeBytes { _ = try ports[0].write($0) }
            #expect(try receive(ports[1]) == frame)
        }
    }

    @Test func machineThatIsGoneHarmsNobody() throws {
        let segment = try NetworkSegment(ports: 3)
        let ports = try (0..<3).map { _ in try segment.plug() }
        try ports[2].close()
        try [UInt8](repeating: 1, count: 60).withUnsafeBytes { _ = try ports[0].write($0) }
        #expect(try receive(ports[1]).count == 60)
        for port in ports[..<2] { try port.close() }
    }

    @Test func segmentHasAsManyPortsAsItWasMadeFor() throws {
        let segment = try NetworkSegment(ports: 1)
        let port = try segment.plug()
        let error = try #require(throws: MachineError.self) { try segment.plug() }
        #expect(error.reason == "the network segment has no free port: all 1 are taken")
        try port.close()
    }

    @Test func nothingIsLeftOpen() throws {
        func open() -> Int { FileContent.names(in: "/proc/self/fd").count }
        // What others open at the same time does not grow by thousands.
        let before = open()
        for _ in 0..<1000 {
            let segment = try NetworkSegment(ports: 4)
            try segment.plug().close()
        }
        while open() > before + 1000 { usleep(1000) }
    }
}
