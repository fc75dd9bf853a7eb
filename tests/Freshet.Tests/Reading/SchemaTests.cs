namespace Freshet.Tests.Reading;

/// <summary>S30 in one process: two versions of an application, with two shapes of one cached type, side by side.</summary>
public sealed class SchemaTests
{
    [Fact]
    public async Task S30_TwoVersionsOfOneQueryRunSideBySideAndNeverReadEachOthersShape()
    {
        await using var old = TestApp.Start<BeforeDeploy>();
        await using var renewed = TestApp.Start<AfterDeploy>();

        (await old.Freshet.ReadAsync(BeforeDeploy.Person, 7)).ShouldBe("person 7");
        (await renewed.Freshet.ReadAsync(AfterDeploy.Person, 7)).ShouldBe(new AfterDeploy.PersonRow(7, "person"));
        (await old.Freshet.ReadAnswerAsync(BeforeDeploy.Person, 7)).Source.ShouldBe(AnswerSource.Cache);
        (await renewed.Freshet.ReadAnswerAsync(AfterDeploy.Person, 7)).Source.ShouldBe(AnswerSource.Cache);
        (BeforeDeploy.Person.Schema, AfterDeploy.Person.Schema).ShouldBe((1, 2));
    }

    [Fact]
    public async Task OneCatalogServesTwoApplicationsInOneProcessWithoutSharingEntries()
    {
        await using var first = TestApp.Start();
        await using var second = TestApp.Start();
        first.Source["a"] = new Value(1);
        second.Source["a"] = new Value(2);

        for (var i = 0; i < 3; i++)
        {
            (await first.ReadAsync(Things.High, "a")).ShouldBe(1);
            (await second.ReadAsync(Things.High, "a")).ShouldBe(2);
        }
        first.Source.Reads.ShouldBe(1);
        second.Source.Reads.ShouldBe(1);
    }

    private sealed class BeforeDeploy() : Catalog("people-team")
    {
        public static readonly CachedQuery<int, string> Person =
            new CachedQuery<int, string>("person", RiskLevel.Low).LoadWith((int id, CancellationToken _) => Task.FromResult($"person {id}"));
    }

    private sealed class AfterDeploy() : Catalog("people-team")
    {
        public static readonly CachedQuery<int, PersonRow> Person =
            new CachedQuery<int, PersonRow>("person", RiskLevel.Low, schema: 2).LoadWith((int id, CancellationToken _) => Task.FromResult(new PersonRow(id, "person")));

        public sealed record PersonRow(int Id, string Name);
    }
}
