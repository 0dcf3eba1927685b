using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MedCloud.Ingest.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class TraceParent : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "TraceParent",
                table: "Requests",
                type: "text",
                nullable: false,
                defaultValue: "",
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "TraceParent",
                table: "Recordings",
                type: "text",
                nullable: false,
                defaultValue: "",
                collation: "C");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "TraceParent",
                table: "Requests");

            migrationBuilder.DropColumn(
                name: "TraceParent",
                table: "Recordings");
        }
    }
}
