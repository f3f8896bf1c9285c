import Testing

@testable import Builds

@Suite("JSON")
struct JSONTests {
    @Test("keeps the order of keys, the spelling of numbers and escapes as Python writes them")
    func roundTrip() throws {
        let text =
            #"{"b":1.50,"a":[],"c":{"z":-0,"y":1e3},"d":"\u00e9\n\"\\\ud83d\ude00","e":[true,false,null],"f":{}}"#
        #expect(try JSONValue(parsing: text.utf8).compact == text)
    }

    @Test("indents by four spaces without a newline at the end")
    func pretty() throws {
        let value: JSONValue = ["a": [1, "x"], "b": [], "c": [:]]
        #expect(
            value.prettyPrinted
                == "{\n    \"a\": [\n        1,\n        \"x\"\n    ],\n    \"b\": [],\n    \"c\": {}\n}")
    }

    @Test(
        "names line and column of what is wrong",
        arguments: [
            ("{\n  \"a\": 1,\n  b\n}", "line 3, column 3: expected a key in double quotes"),
            ("[1 2]", "line 1, column 4: expected ',' or ']'"),
            ("{\"a\":}", "line 1, column 6: expected a value"),
            ("\"abc", "line 1, column 5: the string does not end"),
            ("{} x", "line 1, column 4: expected the end of the file"),
            ("\"\\q\"", "line 1, column 4: unknown escape in a string"),
            ("+1", "line 1, column 1: expected a value"),
        ])
    func syntaxErrors(text: String, message: String) {
        #expect { try JSONValue(parsing: text.utf8) } throws: { "\($0)" == message }
    }

    @Test("refuses nesting that would exhaust the stack")
    func depth() {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: String(repeating: "[", count: 100_000).utf8) }
    }

    @Test("merges objects member by member; for the rest the other one wins")
    func merge() {
        var mine: JSONObject = ["images": ["qemu": ["path": "q"]], "n": 1]
        mine.merge(["images": ["metal": ["path": "m"]], "n": 2])
        #expect(mine == ["images": ["qemu": ["path": "q"], "metal": ["path": "m"]], "n": 2])
    }
}
