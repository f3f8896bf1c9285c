import Foundation
import SystemPackage

/// The `config` object of an image's configuration (OCI image-spec, config.md): entry point, environment, user and so on.
public struct ExecutionConfiguration: Sendable, Equatable {
    let values: OCIConfiguration.Execution

    /// The keys that it may have.
    public static let keys = OCIConfiguration.Execution.CodingKeys.allCases.map(\.stringValue)

    /// Reads a JSON object.
    ///
    /// - Parameter file: where the bytes are from, for errors.
    /// - Throws: ``ContainerImageError/badConfiguration(_:reason:)`` for what is no JSON object, for keys that are not
    ///   known and for values of other types.
    public init(json: [UInt8], file: FilePath) throws {
        func refuse(_ reason: String) -> ContainerImageError { .badConfiguration(file, reason: reason) }
        let object: Any
        do {
            object = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed)
        } catch {
            throw refuse("it is no JSON: \(JSONProblem(error).text)")
        }
        guard let members = object as? [String: Any] else { throw refuse("it is no JSON object") }
        if let unknown = members.keys.sorted().first(where: { !Self.keys.contains($0) }) {
            throw refuse("unknown key '\(unknown)'; known are \(Self.keys.joined(separator: ", "))")
        }
        do {
            values = try JSONDecoder().decode(OCIConfiguration.Execution.self, from: Data(json))
        } catch let error as DecodingError {
            throw refuse(JSONProblem(error).text)
        }
    }
}

/// What a JSON decoder says, in one line: where, and what is wrong there.
private struct JSONProblem {
    let text: String

    init(_ error: any Error) {
        switch error {
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            text = "key '\(path)' must be \(Self.name(of: type))"
        case DecodingError.keyNotFound(let key, _): text = "key '\(key.stringValue)' is missing"
        case DecodingError.dataCorrupted(let context): text = context.debugDescription
        case let error as CocoaError:
            text = error.userInfo[NSDebugDescriptionErrorKey] as? String ?? "it cannot be parsed"
        default: text = "\(error)"
        }
    }

    private static func name(of type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is [Any].Type, is [String].Type: "a list of texts"
        default: "an object"
        }
    }
}
