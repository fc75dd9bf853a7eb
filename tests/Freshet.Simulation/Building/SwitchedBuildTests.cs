using Freshet.Simulation.Planted;
using Freshet.Simulation.Running;

namespace Freshet.Simulation.Building;

/// <summary>A bug that is switched on does what it does in a build of its own, and one that is off does nothing.</summary>
public sealed class SwitchedBuildTests(ITestOutputHelper output)
{
    [Fact]
    public void WithNoBugOnASeedRunsAsInThePlainBuild()
    {
        var requests = new ulong[] { 2, 17, 41 }.Select(seed => new RunRequest(seed)).ToList();

        TracesOf(SwitchedBuild.Shared.Value.Run, requests).ShouldBe(TracesOf(SimulatedBuild.Shared.Value, requests));
    }

    [Theory]
    [InlineData("trimmed records passed over")]      // in two files, and a member that is new
    [InlineData("high served unconfirmed")]          // in a member that has another bug too
    [InlineData("hold ignored by readers")]          // an expression for a body
    [InlineData("saved without a hold")]             // in the outbox
    public void WithABugOnASeedRunsAsInABuildOfItsOwn(string name)
    {
        var bug = PlantedBugs.All.Single(each => each.Name == name);
        var (switched, number) = SwitchedBuild.Shared.Value.Of(bug);

        number.ShouldBePositive();
        var caught = BugHunt.Find(bug, BugHunt.MostSeeds).ShouldNotBeNull(); // where it does something
        var requests = new[] { 2UL, caught.Seed }.Select(seed => BugHunt.RequestFor(bug, seed)).ToList();
        var traces = TracesOf(switched, [.. requests.Select(request => request with { Bug = number })]);
        traces.ShouldBe(TracesOf(SimulatedBuild.Load(bug.Changes), requests));
        traces[1].ShouldNotBe(TracesOf(switched, requests)[1]);
    }

    [Fact]
    public void WhatABugChangesInADeclarationCannotBeSwitched()
    {
        var file = new SwitchedFile("class A { int _x = 1; int X => _x; void Set(int x) { _x = x; } }");

        file.Add(1, "class A { int _x = 1; int X => 2 * _x; void Set(int x) { _x = x + Two(); } int Two() => 2; }").ShouldBeNull();
        file.Add(2, "class A { int _x = 2; int X => _x; void Set(int x) { _x = x; } }").ShouldNotBeNull().ShouldContain("int _x = 1;");
        file.Add(3, "class A { int _x = 1; int X => _x; void Set(long x) { _x = 1; } }").ShouldNotBeNull().ShouldContain("Set(int x)");
        file.ToString().Split("HasBug(1)").Length.ShouldBe(3); // in both members of the first
        file.ToString().ShouldNotContain("HasBug(2)");

        foreach (var (bug, obstacle) in SwitchedBuild.Shared.Value.Apart) output.WriteLine($"{bug}, in a build of its own: {obstacle}");
    }

    private static List<ulong> TracesOf(Func<string, string> run, IReadOnlyList<RunRequest> requests) => [.. requests.Select(request => Campaign.Run(run, request).Trace)];
}
