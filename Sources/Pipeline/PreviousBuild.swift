import Builds
import Foundation
import HostSystem

/// The newest build, as far as the next one has to know it.
struct PreviousBuild: Sendable {
    let id: String
    let metadata: BuildMetadata
    /// The digest by which it is known whether anything changed, with packages.
    let inputHash: String?
    /// The same before packages are resolved.
    let requestDigest: String?
    /// The single inputs, so that it can be said which of them changed.
    let inputs: InputDigest?

    static let requestStep = "request"
    static let composeStep = "compose"
    static let inputsKey = "compose-inputs"

    static func latest(in store: BuildStore, arch: String) throws -> PreviousBuild? {
        guard let (id, metadata) = try store.latest(arch: arch) else { return nil }
        let side = try store.sideFile(id, arch: arch)
        let inputs = side[inputsKey].flatMap { value in
            try? JSONDecoder().decode(InputDigest.self, from: Data(value.prettyPrinted.utf8))
        }
        return PreviousBuild(
            id: id, metadata: metadata, inputHash: metadata.inputHash,
            requestDigest: side.inputDigest(of: requestStep), inputs: inputs)
    }

    /// Notes that another request led to the same inputs, so that the next run knows without resolving.
    func remember(request: InputDigest, in store: BuildStore, arch: String) throws {
        try store.updateSideFile(id, arch: arch) { $0.setInputDigest(request.value, of: Self.requestStep) }
    }
}
