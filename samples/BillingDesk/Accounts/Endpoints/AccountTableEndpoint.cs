using BillingDesk.Data;
using Freshet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace BillingDesk.Accounts;

/// <summary>The table of all accounts.</summary>
internal static class AccountTableEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/admin/accounts", PageAsync);

    private static async Task<Results<Ok<AccountTable>, NotFound, ValidationProblem>> PageAsync(
        IFreshet freshet, CancellationToken ct, string sort = "name", int page = 1)
    {
        if (SortBy(sort) is not { } by) return TypedResults.ValidationProblem([new("sort", ["Use name, balance or overdue."])]);
        if (page < 1) return TypedResults.ValidationProblem([new("page", ["Pages are counted from 1."])]);
        var table = await freshet.ReadAsync(AccountsCatalog.Table, new AccountTablePage(by, page), ct);
        return page <= table.Pages ? TypedResults.Ok(table) : TypedResults.NotFound();
    }

    // Spelled out: Enum.TryParse would take "2" and "Name, Balance" as well.
    private static AccountSort? SortBy(string text) => text switch
    {
        "name" => AccountSort.Name,
        "balance" => AccountSort.Balance,
        "overdue" => AccountSort.Overdue,
        _ => null,
    };
}
