import Testing
import Treefile

@Suite("Automatic versions")
struct VersionTests {
    /// 2024-02-03 04:05:06 UTC
    static let time: Int64 = 1_706_933_106

    @Test(
        "The number after the prefix grows by one",
        arguments: [
            ("10", nil, "10"), ("10", "", "10"), ("10", "9.2", "10"), ("10", "10", "10.1"), ("10", "10.1", "10.2"),
            ("10", "10001", "10"), ("10", "101.1", "10"), ("10", "10x.1", "10"), ("10", "10.1.5", "10.2"),
            ("10.1", "10.1.5", "10.1.6"), ("10.1", "10.1.1.5", "10.1.2"), ("10.1", "10.1.2x", "10.1.3"),
            ("10.1", "10.1.x", "10.1.1"), ("10", "10.9", "10.10"), ("10", "10.99", "10.100"),
        ] as [(String, String?, String)])
    func plain(prefix: String, last: String?, expected: String) throws {
        #expect(try AutomaticVersion(prefix: prefix).next(after: last, timestamp: Self.time) == expected)
    }

    @Test(
        "A date in the prefix starts the number at zero on every new day",
        arguments: [
            ("10.<date:%Y%m%d>", nil, "10.20240203.0"), ("10.<date:%Y%m%d>", "10.20240202.7", "10.20240203.0"),
            ("10.<date:%Y%m%d>", "10.20240203.0", "10.20240203.1"),
            ("10.<date:%Y%m%d>", "10.20240203.1", "10.20240203.2"),
            ("10.<date:%Y%m%d>", "9.20240203.1", "10.20240203.0"),
            ("<date:%H:%M>-<date:%j>", nil, "04:05-034.0"),
        ] as [(String, String?, String)])
    func dated(prefix: String, last: String?, expected: String) throws {
        #expect(try AutomaticVersion(prefix: prefix).next(after: last, timestamp: Self.time) == expected)
    }

    @Test("The suffix stands between prefix and number")
    func suffix() throws {
        let version = AutomaticVersion(prefix: "10", suffix: "-")
        #expect(try version.next(after: "10-1", timestamp: Self.time) == "10-2")
        #expect(try version.next(after: "10.1", timestamp: Self.time) == "10")
    }

    @Test("Unknown tags are text, unknown date formats an error")
    func formats() throws {
        let text = AutomaticVersion(prefix: "1.<wrongtag: %Y>")
        #expect(try text.next(after: nil, timestamp: Self.time) == "1.<wrongtag: %Y>")
        for prefix in ["1.<date:%!>", "1.<date:%>", "1.<date:>"] {
            #expect(throws: AutomaticVersion.InvalidFormat.self) {
                try AutomaticVersion(prefix: prefix).next(after: nil, timestamp: Self.time)
            }
        }
    }
}
