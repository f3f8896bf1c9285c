import Foundation
import SystemPackage

/// Reads `.repo` files: INI as dnf reads it.
public enum RepositoryFile {
    /// Reads all `.repo` files of some directories, sorted by name; a repository of a later file replaces an earlier one.
    ///
    /// - Parameter variables: values for `$releasever`, `$basearch` and others.
    /// - Throws: ``PackagesError`` with file and line.
    public static func load(
        directories: [FilePath], variables: [String: String]
    ) throws -> [RepositoryConfig] {
        var found: [RepositoryConfig] = []
        for directory in directories {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.string)) ?? []
            for name in names.sorted() where name.hasSuffix(".repo") {
                for repository in try load(directory.appending(name), variables: variables) {
                    if let index = found.firstIndex(where: { $0.id == repository.id }) {
                        found[index] = repository
                    } else {
                        found.append(repository)
                    }
                }
            }
        }
        return found
    }

    /// Reads one file.
    ///
    /// - Throws: ``PackagesError`` with file and line.
    public static func load(_ path: FilePath, variables: [String: String]) throws -> [RepositoryConfig] {
        guard let text = try? String(contentsOfFile: path.string, encoding: .utf8) else {
            throw PackagesError("\(path): cannot be read as UTF-8 text")
        }
        return try parse(text, file: path, variables: variables)
    }

    static func parse(_ text: String, file: FilePath, variables: [String: String]) throws -> [RepositoryConfig] {
        var repositories: [RepositoryConfig] = []
        for section in try sections(text, file: file) where section.name != "main" {
            var repository = RepositoryConfig(id: replaceVariables(section.name, variables))
            repository.file = file
            let id = repository.id
            for entry in section.entries {
                let value = replaceVariables(entry.value, variables)
                try apply(entry.key, value, to: &repository) { message in
                    PackagesError("\(file):\(entry.line): repository \(id): \(message)")
                }
            }
            if repository.baseURLs.isEmpty, repository.metalink == nil, repository.mirrorList == nil {
                throw PackagesError(
                    "\(file):\(section.line): repository \(repository.id) has no baseurl, metalink or mirrorlist")
            }
            repositories.append(repository)
        }
        return repositories
    }

    /// Replaces `$name` and `${name}`; names that are not known stay.
    static func replaceVariables(_ text: String, _ variables: [String: String]) -> String {
        text.replacing(#/\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/#) { match in
            let name = String(match.1 ?? match.2 ?? "")
            return variables[name] ?? String(match.0)
        }
    }

    private struct Entry {
        var key: String
        var value: String
        var line: Int
    }

    private struct Section {
        var name: String
        var line: Int
        var entries: [Entry] = []
    }

    private static func sections(_ text: String, file: FilePath) throws -> [Section] {
        var sections: [Section] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, raw) in lines.enumerated() {
            let line = raw.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                sections.append(Section(name: String(line.dropFirst().dropLast()), line: index + 1))
                continue
            }
            guard let current = sections.indices.last else {
                throw PackagesError("\(file):\(index + 1): expected a [section] before '\(line)'")
            }
            // An indented line goes on with the value above it.
            if raw.first?.isWhitespace == true, let last = sections[current].entries.indices.last {
                sections[current].entries[last].value += "\n" + line
                continue
            }
            guard let equals = line.firstIndex(of: "=") else {
                throw PackagesError("\(file):\(index + 1): expected key=value")
            }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            let value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            sections[current].entries.append(Entry(key: key, value: value, line: index + 1))
        }
        return sections
    }

    private static func apply(
        _ key: String, _ value: String, to repository: inout RepositoryConfig,
        failure: (String) -> PackagesError
    ) throws {
        func boolean() throws -> Bool {
            switch value.lowercased() {
            case "1", "yes", "true", "on": return true
            case "0", "no", "false", "off": return false
            default: throw failure("\(key): expected 1 or 0, found '\(value)'")
            }
        }
        func integer() throws -> Int {
            guard let number = Int(value) else { throw failure("\(key): expected a number, found '\(value)'") }
            return number
        }
        func list() -> [String] {
            value.split { $0.isWhitespace || $0 == "," }.map(String.init)
        }
        func optional() -> String? { value.isEmpty ? nil : value }
        switch key {
        case "name": repository.name = value
        case "baseurl": repository.baseURLs = list()
        case "mirrorlist": repository.mirrorList = optional()
        case "metalink": repository.metalink = optional()
        case "enabled": repository.isEnabled = try boolean()
        case "priority": repository.priority = try integer()
        case "cost": repository.cost = try integer()
        case "gpgcheck", "pkg_gpgcheck": repository.checksPackages = try boolean()
        case "repo_gpgcheck": repository.checksMetadata = try boolean()
        case "gpgkey": repository.keyURLs = list()
        case "includepkgs": repository.includedPackages = list()
        case "excludepkgs", "exclude": repository.excludedPackages = list()
        case "username": repository.username = optional().map(Secret.init)
        case "password": repository.password = optional().map(Secret.init)
        case "proxy": repository.proxy = optional().map(Secret.init)
        case "sslverify": repository.verifiesCertificates = try boolean()
        case "sslcacert": repository.certificateAuthority = optional()
        case "sslclientcert": repository.clientCertificate = optional()
        case "sslclientkey": repository.clientKey = optional()
        // The rest steers dnf's own cache and transport and changes no package.
        default: break
        }
    }
}
