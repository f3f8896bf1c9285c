import Foundation
import HostSystem
import Testing

@Suite("Child processes")
struct CommandTests {
    @Test("output, standard error and status are those of the program")
    func capture() async throws {
        let output = try await Command("sh", ["-c", "cat; echo err >&2; exit 3"]).capture(input: Array("in".utf8))
        #expect(output.status == 3)
        #expect(output.text == "in")
        #expect(output.standardError == "err\n")
    }

    @Test("the status of a program that a signal ended is that of a shell")
    func signal() async throws {
        #expect(try await Command("sh", ["-c", "kill -9 $$"]).capture().status == 137)
    }

    @Test("a failure names the program, its status and its last words")
    func failure() async {
        await #expect {
            try await Command("sh", ["-c", "echo one >&2; echo two >&2; exit 1"]).run()
        } throws: {
            "\($0)" == "sh failed with status 1: one; two"
        }
    }

    @Test("a program that is not there is named, with the way to find it")
    func missing() async {
        await #expect {
            try await Command("no-such-program").run()
        } throws: { error in
            "\(error)".hasPrefix("cannot run no-such-program: ") && "\(error)".contains("cosa doctor")
        }
    }

    @Test("the environment is inherited, set and cleared")
    func environment() async throws {
        let command = Command(
            "sh", ["-c", "echo ${ADDED-none} ${HOME-none} ${PATH:+path}"],
            environment: ["ADDED": "x" as String?, "HOME": String?.none])
        #expect(try await command.run().text == "x none path")
    }

    @Test("a program need not read its input")
    func unreadInput() async throws {
        #expect(try await Command("true").capture(input: [UInt8](repeating: 0, count: 1 << 20)).status == 0)
    }

    @Test("much output on both streams does not block")
    func bothStreams() async throws {
        let script = "i=0; while [ $i -lt 20000 ]; do echo out-$i; echo err-$i >&2; i=$((i+1)); done"
        let output = try await Command("sh", ["-c", script]).run()
        #expect(output.text.hasSuffix("out-19999"))
        #expect(output.standardError.hasSuffix("err-19999\n"))
    }
}
