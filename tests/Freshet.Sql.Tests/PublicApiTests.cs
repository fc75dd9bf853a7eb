namespace Freshet.Sql.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_of_Freshet_Sql_is_the_one_that_was_reviewed() =>
        ReviewedFile.ShouldHold(PublicApiLister.List(typeof(SqlOutboxOptions).Assembly), RepositoryRoot.File("src", "Freshet.Sql", "PublicApi.txt"), "FRESHET_ACCEPT_API");
}
