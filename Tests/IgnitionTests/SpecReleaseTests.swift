import Testing

@testable import Ignition

@Suite struct SpecReleaseTests {
    @Test(arguments: [
        ("2.14.0+ds1", SpecVersion(3, 3)), ("2.15.0", SpecVersion(3, 4)), ("2.19.0", SpecVersion(3, 4)),
        ("2.20.0", SpecVersion(3, 5)), ("2.26.0", SpecVersion(3, 5)), ("3.1.0", SpecVersion(3, 5)),
        ("2.10.1", SpecVersion(3, 2)), ("2.0.0~rc1", SpecVersion(3, 0)), ("0.35.0", nil), ("2", nil), ("", nil),
    ])
    func aReleaseOfIgnitionTakesConfigsUpToASpec(release: String, spec: SpecVersion?) {
        #expect(SpecVersion.newest(ofIgnition: release) == spec)
    }

    @Test(arguments: [
        ("3.4", SpecVersion(3, 4)), ("3.4.0", SpecVersion(3, 4)), ("3.9", nil), ("2.3", nil), ("3", nil), ("3.-1", nil),
        ("3.4.1", nil),
    ])
    func peopleWriteVersionsWithTwoNumbersToo(text: String, spec: SpecVersion?) {
        #expect(SpecVersion(option: text) == spec)
    }
}
