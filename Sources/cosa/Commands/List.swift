import ArgumentParser
import Builds

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the builds, newest first.")

    @OptionGroup var workdir: WorkdirOption
    @OptionGroup var output: JSONOption

    func run() throws {
        let report = try BuildList(workdir.store())
        if output.json {
            print(try JSONReport.text(report))
        } else {
            print(report.isEmpty ? "No build found." : report.text)
        }
    }
}
