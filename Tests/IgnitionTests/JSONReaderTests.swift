import Testing

@testable import Ignition

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws -> SourceNode { try JSONReader.read(Array(text.utf8), source: "a.ign") }

    private static let values: [(String, ConfigValue)] = [
        ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-12", -12), ("1.5e1", .number(15)),
        ("[]", []), ("[1, [2]]", [1, [2]]), ("{}", [:]), (#"{"a" : {"b":"c"}}"#, ["a": ["b": "c"]]),
        (#""\"\\\/\b\f\n\r\t\u0041\u00e9\uD83D\uDE00é""#, "\"\\/\u{8}\u{c}\n\r\tAé😀é"), (#""\ud800x""#, "\u{fffd}x"),
    ]

    @Test(arguments: values)
    func jsonIsRead(text: String, value: ConfigValue) throws {
        #expect(try read(text).value == value)
    }

    @Test func everyValueKnowsItsPlace() throws {
        let root = try read("{\n  \"a\": [1,\n    {\"é\": \"x\", \"b\": null}]\n}")
        let list = try #require(root["a"])
        #expect(list.place == Place(line: 2, column: 8, key: "a"))
        #expect(
            list.elements.map(\.place) == [
                Place(line: 2, column: 9, key: "a.0"), Place(line: 3, column: 5, key: "a.1"),
            ])
        #expect(list.elements[1].members.map(\.place.column) == [6, 16])
        #expect(list.elements[1].members[1].value.place == Place(line: 3, column: 21, key: "a.1.b"))
    }

    @Test(arguments: [
        ("", "a.ign:1:1: not valid JSON: it ends where a value is expected"),
        (#"{"ignition":"#, "a.ign:1:13: not valid JSON: it ends where a value is expected"),
        (#"{"a":1,}"#, "a.ign:1:8: not valid JSON: a key in quotes is expected, not '}'"),
        ("{a: 1}", "a.ign:1:2: not valid JSON: a key in quotes is expected, not 'a'"),
        (#"{"a" 1}"#, "a.ign:1:6: not valid JSON: ':' is expected, not '1'"),
        ("[1 2]", "a.ign:1:4: not valid JSON: ',' is expected, not '2'"),
        ("[1]\n x", "a.ign:2:2: not valid JSON: text after the end of the config"),
        ("01", "a.ign:1:1: not valid JSON: a value is expected, not '0'"),
        ("1e999", "a.ign:1:1: not valid JSON: a value is expected, not '1'"),
        ("nil", "a.ign:1:1: not valid JSON: a value is expected, not 'n'"),
        ("\"a\nb\"", "a.ign:1:3: not valid JSON: a line break or control character in a text; write it as \\n"),
        (#""\x""#, "a.ign:1:3: not valid JSON: an escape such as \\n is expected, not 'x'"),
        (#""\u12g4""#, "a.ign:1:4: not valid JSON: four hexadecimal digits is expected, not '1'"),
        (#"{"a":{"b":1,"b":2}}"#, "a.ign:1:13: a.b: the key is there more than once; keep one"),
        (String(repeating: "[", count: 300), "a.ign:1:201: not valid JSON: more than 200 levels"),
    ])
    func whatIsNoJSONIsRefusedWithItsPlace(text: String, message: String) throws {
        let error = try #require(throws: IgnitionError.self) { try read(text) }
        #expect(error.description == message)
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        let error = try #require(throws: IgnitionError.self) {
            try JSONReader.read([0x22, 0xFF, 0x22], source: "a.ign")
        }
        #expect(error.description == "a.ign: not valid JSON: not UTF-8 text")
    }
}
