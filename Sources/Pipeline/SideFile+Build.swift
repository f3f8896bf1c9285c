import Builds
import Compose
import ContainerImage

extension SideFile {
    /// What a build notes for the next one and for whoever wants to know how it went.
    init(_ plan: BuildPlan, _ commit: ComposedCommit, _ image: EncapsulatedImage) throws {
        self.init()
        setInputDigest(plan.request.value, of: PreviousBuild.requestStep)
        setInputDigest(plan.inputs.value, of: PreviousBuild.composeStep)
        self[PreviousBuild.inputsKey] = try JSONValue(encoding: plan.inputs)
        self["compose"] = try JSONValue(encoding: commit.statistics)
        self["layers"] = try JSONValue(encoding: image.layers)
        self["manifest-digest"] = .string(image.manifestDigest)
    }
}
