import Foundation
import SystemPackage

/// The part of the kickstart format that names packages: `%packages` sections and `%include`.
enum Kickstart {
    private static let maximumIncludes = 256

    static func load(_ path: FilePath, basearch: String) throws -> Manifest {
        var seen: Set<FilePath> = []
        var manifest = try parse(path, seen: &seen)
        manifest.basearch = basearch
        return manifest
    }

    private static func parse(_ path: FilePath, seen: inout Set<FilePath>) throws -> Manifest {
        guard seen.insert(path).inserted else { throw TreefileError(file: path, message: "Recursive include: \(path)") }
        guard seen.count <= maximumIncludes else {
            throw TreefileError(file: path, message: "more than \(maximumIncludes) files are included")
        }
        guard let text = try? String(contentsOfFile: path.string, encoding: .utf8) else {
            throw TreefileError(file: path, message: "cannot be read as text")
        }
        var manifest = Manifest()
        var sectionStart: Int?
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = raw.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let verb = words.first else { continue }
            func failure(_ message: String) -> TreefileError {
                TreefileError(file: path, line: index + 1, column: 1, message: message)
            }
            if sectionStart != nil {
                if verb == "%end" {
                    sectionStart = nil
                } else if words.count > 1 {
                    throw failure("a line of %packages names one package, found '\(words.joined(separator: " "))'")
                } else if verb.hasPrefix("-") {
                    manifest.excludePackages.append(String(verb.dropFirst()))
                } else {
                    manifest.packages.append(verb)
                }
                continue
            }
            switch verb {
            case "%packages":
                sectionStart = index + 1
                for option in words.dropFirst() {
                    guard option == "--exclude-weakdeps" else { throw failure("Unhandled option: \(option)") }
                    manifest.recommends = false
                }
            case "%include":
                guard words.count > 1 else { throw failure("Missing path for %include") }
                guard words.count == 2 else { throw failure("Too many arguments for %include") }
                let target = path.removingLastComponent().pushing(FilePath(words[1])).lexicallyNormalized()
                manifest.merge(included: try parse(target, seen: &seen))
            default: throw failure("Unhandled verb: \(verb); only %packages and %include are read")
            }
        }
        if let sectionStart {
            throw TreefileError(file: path, line: sectionStart, column: 1, message: "Missing %end for %packages")
        }
        manifest.packages = Set(manifest.packages).sorted()
        return manifest
    }
}
