import Compose
import ContainerImage
import HostSystem
import OSTree
import SystemPackage

/// Makes a node image: the base's layers, digest for digest, and one ordinary layer with what the packages and scripts
/// of a treefile change in its tree.
public struct NodeImageBuilder: Sendable {
    private let reporter: Reporter

    /// Makes a builder that tells `reporter` its steps and the output of scripts.
    public init(reporter: Reporter = .silent) { self.reporter = reporter }

    /// Makes the image. Equal requests give equal digests.
    ///
    /// - Throws: ``NodeImageError``, `ComposeError`, `ContainerImageError` and the errors of the libraries. Nothing is
    ///   left at the output path then.
    public func build(_ request: NodeImageRequest) async throws -> BuiltNode {
        let tree = try await TreeExtender(reporter: reporter).extend(
            ExtensionRequest(
                repository: request.base.repository, commit: request.base.commit,
                basePackages: request.basePackages, packages: request.packages,
                postprocess: request.manifest.manifest.postprocess, timestamp: request.timestamp,
                cacheRepository: request.cacheRepository, workDirectory: request.workDirectory.appending("tree")))
        reporter.output("node: layer")
        let layer = try await Blocking.run {
            let repository = try Repository.open(request.cacheRepository)
            return NodeLayer(
                difference: try TreeDifference(from: request.base.commit, to: tree.commit, in: repository),
                repository: repository, timestamp: request.timestamp,
                metadata: try NodeMetadata(request, packages: tree.packages).files)
        }
        let names = request.packages.map(\.package.nevra).sorted()
        let image = try await ImageDeriver().derive(
            DerivedImageRequest(
                base: request.image, labels: request.labels,
                history: names.isEmpty || names.count > 5
                    ? "\(names.count) packages" : names.joined(separator: " and "),
                timestamp: request.timestamp, output: request.output,
                workDirectory: request.workDirectory.appending("image"), compression: request.compression,
                writeLayer: { try layer.write(to: $0) }))
        return BuiltNode(image: image, statistics: tree.statistics)
    }
}
