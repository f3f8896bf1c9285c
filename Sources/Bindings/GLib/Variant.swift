import CGLib

/// An immutable GVariant: OSTree's metadata format (https://docs.gtk.org/glib/gvariant-format-strings.html).
public final class Variant: @unchecked Sendable, CustomStringConvertible {
    /// The C value, owned by this object; for other bindings only.
    public let pointer: OpaquePointer

    /// Takes over one reference (floating or full) to `pointer`.
    public init(taking pointer: OpaquePointer) {
        self.pointer = g_variant_take_ref(pointer)
    }

    /// Adds a reference to a value owned by somebody else.
    public init(borrowing pointer: OpaquePointer) {
        self.pointer = g_variant_ref(pointer)
    }

    deinit { g_variant_unref(pointer) }

    // MARK: Making

    /// A string (`s`).
    public static func string(_ value: String) -> Variant { Variant(taking: g_variant_new_string(value)) }
    /// A boolean (`b`).
    public static func boolean(_ value: Bool) -> Variant { Variant(taking: g_variant_new_boolean(value ? 1 : 0)) }
    /// A signed 64-bit integer (`x`).
    public static func int64(_ value: Int64) -> Variant { Variant(taking: g_variant_new_int64(gint64(value))) }
    /// An unsigned 64-bit integer (`t`).
    public static func uint64(_ value: UInt64) -> Variant { Variant(taking: g_variant_new_uint64(guint64(value))) }
    /// An unsigned 32-bit integer (`u`).
    public static func uint32(_ value: UInt32) -> Variant { Variant(taking: g_variant_new_uint32(value)) }
    /// A double (`d`).
    public static func double(_ value: Double) -> Variant { Variant(taking: g_variant_new_double(value)) }
    /// Bytes (`ay`).
    public static func bytes(_ value: [UInt8]) -> Variant {
        value.withUnsafeBytes {
            Variant(taking: g_variant_new_fixed_array(Variant.byteType, $0.baseAddress, gsize($0.count), 1))
        }
    }
    /// A value in a box (`v`).
    public static func boxed(_ value: Variant) -> Variant { Variant(taking: g_variant_new_variant(value.pointer)) }
    /// A tuple of the given members.
    public static func tuple(_ members: [Variant]) -> Variant {
        var pointers = members.map { Optional($0.pointer) }
        return Variant(taking: g_variant_new_tuple(&pointers, gsize(members.count)))
    }
    /// An array; `elementType` (a type string such as `(sss)`) is needed because the array may be empty.
    public static func array(of elementType: String, _ elements: [Variant]) -> Variant {
        let type = g_variant_type_new(elementType)
        defer { g_variant_type_free(type) }
        var pointers = elements.map { Optional($0.pointer) }
        return Variant(taking: g_variant_new_array(type, &pointers, gsize(elements.count)))
    }
    /// An array of strings (`as`).
    public static func strings(_ values: [String]) -> Variant { array(of: "s", values.map { .string($0) }) }
    /// A dictionary of boxed values (`a{sv}`), sorted by key so that equal content has equal bytes.
    public static func dictionary(_ entries: [String: Variant]) -> Variant {
        array(
            of: "{sv}",
            entries.sorted { $0.key < $1.key }.map { key, value in
                Variant(
                    taking: g_variant_new_dict_entry(g_variant_new_string(key), g_variant_new_variant(value.pointer)))
            })
    }

    private static var byteType: OpaquePointer { _byteType.pointer }
    private static let _byteType = TypeHandle("y")

    private final class TypeHandle: @unchecked Sendable {
        let pointer: OpaquePointer
        init(_ text: String) { pointer = g_variant_type_new(text) }
    }

    // MARK: Reading

    /// The type string, such as `a{sv}`.
    public var typeString: String { String(cString: g_variant_get_type_string(pointer)) }

    /// The number of children of a container; 0 for anything else.
    public var count: Int { g_variant_is_container(pointer) != 0 ? Int(g_variant_n_children(pointer)) : 0 }

    /// The child at `index`, which must be below ``count``.
    public subscript(index: Int) -> Variant {
        Variant(taking: g_variant_get_child_value(pointer, gsize(index)))
    }

    /// All children of a container.
    public var children: [Variant] { (0..<count).map { self[$0] } }

    /// The value of a dictionary `a{sv}` for `key`, out of its box; nil where the key is absent or this is no dictionary.
    public subscript(key: String) -> Variant? {
        guard typeString == "a{sv}" else { return nil }
        return g_variant_lookup_value(pointer, key, nil).map { Variant(taking: $0) }
    }

    /// The text of an `s`, `o` or `g`; nil for other types.
    public var string: String? {
        guard ["s", "o", "g"].contains(typeString) else { return nil }
        return String(cString: g_variant_get_string(pointer, nil))
    }

    /// The value of a `b`; nil for other types.
    public var boolean: Bool? { typeString == "b" ? g_variant_get_boolean(pointer) != 0 : nil }

    /// The value of any integer type, in host byte order as stored; nil for other types.
    public var integer: Int64? {
        switch typeString {
        case "y": Int64(g_variant_get_byte(pointer))
        case "n": Int64(g_variant_get_int16(pointer))
        case "q": Int64(g_variant_get_uint16(pointer))
        case "i": Int64(g_variant_get_int32(pointer))
        case "u": Int64(g_variant_get_uint32(pointer))
        case "x": Int64(g_variant_get_int64(pointer))
        case "t": Int64(bitPattern: UInt64(g_variant_get_uint64(pointer)))
        default: nil
        }
    }

    /// The bytes of an `ay`; nil for other types.
    public var bytes: [UInt8]? {
        guard typeString == "ay" else { return nil }
        var count: gsize = 0
        guard let start = g_variant_get_fixed_array(pointer, &count, 1) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
    }

    /// The value inside a `v`; nil for other types.
    public var unboxed: Variant? { typeString == "v" ? Variant(taking: g_variant_get_variant(pointer)) : nil }

    /// The serialised form, as OSTree stores it.
    public var serialized: [UInt8] {
        guard let start = g_variant_get_data(pointer) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(g_variant_get_size(pointer))))
    }

    /// GVariant's text form, with types.
    public var description: String {
        let text = g_variant_print(pointer, 1)
        defer { g_free(text) }
        return text.map { String(cString: $0) } ?? ""
    }
}
