import VirtualMachine
import Yams

/// Reads test metadata strictly: an unknown key or a value of the wrong type is an error that names file and key.
struct TestMetadataParser {
    private static let keys = Set(TestMetadata.CodingKeys.allCases.map(\.stringValue))

    /// The file, for errors.
    let source: String

    /// Reads a YAML or JSON document (JSON is YAML); nil where it is empty.
    func parse(_ text: String) throws -> TestMetadata? {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw TestRunnerError(source, "kola metadata is not valid YAML: \(Self.oneLine("\(error)"))")
        }
        guard let node, node.null == nil else { return nil }
        guard case .mapping(let mapping) = node else {
            throw TestRunnerError(source, "kola metadata is not a list of keys and values")
        }
        var metadata = TestMetadata()
        for (key, value) in mapping {
            guard let name = key.string else {
                throw TestRunnerError(source, "kola metadata has a key that is no text")
            }
            try set(name, value, in: &metadata)
        }
        return metadata
    }

    private func set(_ key: String, _ value: Node, in metadata: inout TestMetadata) throws {
        if Self.isEmpty(value), Self.keys.contains(key) { return }
        switch key {
        case "architectures": metadata.architectures = InclusionList(try words(key, value))
        case "platforms": metadata.platforms = InclusionList(try words(key, value))
        case "distros": metadata.distros = InclusionList(try words(key, value))
        case "tags": metadata.tags = try words(key, value).split(whereSeparator: \.isWhitespace).map(String.init)
        case "requiredTag": metadata.requiredTag = try text(key, value)
        case "additionalDisks":
            metadata.additionalDisks = try texts(key, value).map { try disk(key, $0, sizeIsOptional: false) }
        case "primaryDisk": metadata.primaryDisk = try disk(key, try text(key, value), sizeIsOptional: true)
        case "injectContainer": metadata.injectContainer = try flag(key, value)
        case "minMemory": metadata.minMemory = try number(key, value)
        case "minDisk": metadata.minDisk = try number(key, value)
        case "numaNodes": metadata.numaNodes = try flag(key, value)
        case "additionalNics": metadata.additionalNics = try number(key, value)
        case "appendKernelArgs": metadata.appendKernelArgs = try text(key, value)
        case "appendFirstbootKernelArgs": metadata.appendFirstbootKernelArgs = try text(key, value)
        case "exclusive": metadata.exclusive = try flag(key, value)
        case "timeoutMin": metadata.timeoutMin = try number(key, value)
        case "conflicts": metadata.conflicts = try texts(key, value)
        case "allowConfigWarnings": metadata.allowConfigWarnings = try flag(key, value)
        case "noInstanceCreds": metadata.noInstanceCreds = try flag(key, value)
        case "instanceType": metadata.instanceType = try text(key, value)
        case "description": metadata.description = try text(key, value)
        case "bindMountHostRO":
            metadata.bindMountHostRO = try texts(key, value).map { text in
                try checked(key, text) { _ = try SharedFolder(parsing: $0, isReadOnly: true) }
            }
        case "creationDate": metadata.creationDate = try date(key, value)
        case "bootFrom": metadata.bootFrom = try choice(key, value, of: ["iso", "iso-as-disk"])
        case "requiredHostPorts": metadata.requiredHostPorts = try ports(key, value)
        default: throw TestRunnerError(source, "unknown kola metadata key \"\(key)\"")
        }
    }

    /// Numbers and flags are texts too, as YAML without quotes makes them of `description: 5` and `requiredTag: yes`.
    private func text(_ key: String, _ value: Node) throws -> String {
        guard case .scalar(let scalar) = value else { throw wrong(key, "a text") }
        return Self.isEmpty(value) ? "" : scalar.string
    }

    /// Words with spaces between them. kola's own manual shows a list, too.
    private func words(_ key: String, _ value: Node) throws -> String {
        guard case .sequence(let sequence) = value else { return try text(key, value) }
        return try sequence.map { try text(key, $0) }.joined(separator: " ")
    }

    /// A key without a value, which counts as one that is not there; `""` is a value.
    private static func isEmpty(_ value: Node) -> Bool {
        guard case .scalar(let scalar) = value, scalar.style == .plain || scalar.style == .any else { return false }
        return value.null != nil
    }

    private func flag(_ key: String, _ value: Node) throws -> Bool {
        guard let flag = value.bool else { throw wrong(key, "true or false") }
        return flag
    }

    private func number(_ key: String, _ value: Node) throws -> Int {
        // In quotes too, as in `timeoutMin: "15"`.
        let text = value.scalar?.string ?? ""
        guard let number = value.int ?? Int(text) ?? Double(text).flatMap(Int.init(exactly:)), number >= 0 else {
            throw wrong(key, "a whole number")
        }
        return number
    }

    private func texts(_ key: String, _ value: Node) throws -> [String] {
        guard case .sequence(let sequence) = value else { throw wrong(key, "a list of texts") }
        return try sequence.map { try text(key, $0) }
    }

    private func ports(_ key: String, _ value: Node) throws -> [Int] {
        guard case .sequence(let sequence) = value else { throw wrong(key, "a list of TCP ports") }
        let ports = try sequence.map { try number(key, $0) }
        guard ports.allSatisfy((1...65535).contains), Set(ports).count == ports.count else {
            throw wrong(key, "a list of different TCP ports, from 1 to 65535")
        }
        return ports
    }

    private func choice(_ key: String, _ value: Node, of choices: [String]) throws -> String {
        let chosen = try text(key, value)
        guard choices.contains(chosen) else { throw wrong(key, "one of \(choices.joined(separator: ", "))") }
        return chosen
    }

    private func date(_ key: String, _ value: Node) throws -> String {
        let date = try text(key, value)
        guard CalendarDay(date) != nil else { throw wrong(key, "a date, YYYY-MM-DD") }
        return date
    }

    /// The text of a disk, which is one that a machine can have.
    private func disk(_ key: String, _ text: String, sizeIsOptional: Bool) throws -> String {
        try checked(key, text) { _ = try VirtualDisk(parsing: $0, sizeIsOptional: sizeIsOptional) }
    }

    /// A text that `check` takes.
    private func checked(_ key: String, _ text: String, check: (String) throws -> Void) throws -> String {
        do {
            try check(text)
        } catch let error as MachineError {
            throw TestRunnerError(source, "kola metadata key \"\(key)\": \(error)")
        }
        return text
    }

    private func wrong(_ key: String, _ expected: String) -> TestRunnerError {
        TestRunnerError(source, "kola metadata key \"\(key)\" must be \(expected)")
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }.joined(separator: " ")
    }
}
