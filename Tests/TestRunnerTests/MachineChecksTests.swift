import Testing

@testable import TestRunner

@Suite struct MachineChecksTests {
    @Test func reportIsRead() {
        let report = MachineChecks.Report(
            parsing: """
                state degraded
                failed a.service
                failed b.socket
                Id=x.service
                ActiveState=activating
                NRestarts=5

                Id=y.service
                ActiveState=activating
                NRestarts=1

                Id=w.service
                ActiveState=activating
                NRestarts=2

                NRestarts=9
                Id=z.service
                ActiveState=active
                variant coreos
                """)
        #expect(report.state == "degraded")
        #expect(report.failed == ["a.service", "b.socket"])
        #expect(report.restarting == ["x.service (5 times)", "w.service (2 times)"])
        #expect(report.variant == "coreos")
    }
}
